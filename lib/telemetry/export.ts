/** The one door by which spans leave: what is not on the list stays, whoever put it there. */
import { type Attributes as AnyAttributes, SpanKind } from '@opentelemetry/api';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { MINUTE_MS } from '@/lib/kernel/time';
import { ATTRIBUTES } from './span';

/** A collector that comes and goes is told of so often at most. */
const SAY_AGAIN_AFTER_MS = 10 * MINUTE_MS;
// ExportResultCode.SUCCESS, of a package that is not ours to import.
const TAKEN = 0;

/**
 * Passes on names, times and the attributes of `ATTRIBUTES`. Next and libraries may add to the span that is active: error
 * messages with what somebody typed, stacks, addresses with queries. Those are dropped here.
 * @param onTrouble told once when spans cannot be delivered, and again at the earliest ten minutes later
 */
export function listedOnly(
  exporter: SpanExporter,
  onTrouble: (line: string) => void,
): SpanExporter {
  let failing = false;
  let saidMs = Number.NEGATIVE_INFINITY;
  const delivered = (error: unknown, failed: boolean) => {
    const nowMs = performance.now();
    if (failed && !failing && nowMs - saidMs >= SAY_AGAIN_AFTER_MS) {
      saidMs = nowMs;
      onTrouble(
        `traces cannot be delivered (${reasonOf(error)}): the collector does not take them. What comes meanwhile is lost; nothing else is affected`,
      );
    }
    failing = failed;
  };
  return {
    export(spans, done) {
      exporter.export(spans.map(listed), (result) => {
        delivered(result.error, result.code !== TAKEN);
        done(result);
      });
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}

function listed(span: ReadableSpan): ReadableSpan {
  const attributes: AnyAttributes = {};
  for (const name of ATTRIBUTES) {
    const value = span.attributes[name];
    if (typeof value === 'string' || typeof value === 'number') attributes[name] = value;
  }
  const { startTime, endTime, duration, ended, kind, parentSpanContext, resource } = span;
  return {
    name: nameOf(span),
    ...{ kind, startTime, endTime, duration, ended, resource, attributes },
    ...(parentSpanContext === undefined ? {} : { parentSpanContext }),
    instrumentationScope: span.instrumentationScope,
    spanContext: () => span.spanContext(),
    status: { code: span.status.code },
    links: span.links.map(({ context }) => ({ context })),
    events: [],
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

/** The route of a page is known to Next, which adds it when the span has begun. */
function nameOf({ name, kind, attributes }: ReadableSpan): string {
  const { 'http.request.method': method, 'http.route': route } = attributes;
  return kind === SpanKind.SERVER && typeof route === 'string' ? `${method} ${route}` : name;
}

/** A status, or a code of the system; a collector's own words may be anything. */
function reasonOf(error: unknown): string {
  const { code } = Object(error);
  const isCode = typeof code === 'number' || /^[A-Z_]{1,40}$/.test(String(code ?? ''));
  return isCode ? String(code) : 'no answer in time';
}
