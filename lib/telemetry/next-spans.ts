/**
 * What Next tells of itself. It starts a dozen spans a page once anybody collects them, some with addresses and queries
 * in them: of these the two that show where time goes are kept, and everything else is done without a span.
 */
import {
  type Context,
  context,
  INVALID_SPAN_CONTEXT,
  type Span,
  type SpanOptions,
  type Tracer,
  type TracerProvider,
  trace,
} from '@opentelemetry/api';

const KEPT = new Set([
  // Rendering a page, and running a route's handler.
  'AppRender.getBodyResult',
  'AppRouteRouteHandlers.runHandler',
]);

/** A provider for whoever asks the API for one: Next, and nobody else. */
export function nextSpans(provider: TracerProvider): TracerProvider {
  const kept = provider.getTracer('next.js');
  const tracer: Tracer = {
    startSpan: (name, options, parent) =>
      isKept(options, parent ?? context.active())
        ? kept.startSpan(name, options, parent)
        : noSpan(),
    startActiveSpan: (name: string, ...given: unknown[]) => startActive(kept, name, given),
  };
  return { getTracer: () => tracer };
}

function startActive(kept: Tracer, name: string, given: unknown[]): unknown {
  const work = given.at(-1);
  const [options, parent] = given.length > 1 ? [optionsOf(given[0]), given[1]] : [{}, null];
  if (typeof work !== 'function') throw new TypeError('a span is started without work');
  const within = isContext(parent) ? parent : context.active();
  if (!isKept(options, within)) {
    // Where it is a context of its own that Next gave.
    return parent === within ? context.with(within, () => work(noSpan())) : work(noSpan());
  }
  const span = kept.startSpan(name, options, within);
  return context.with(trace.setSpan(within, span), () => work(span));
}

/** Only as part of a request of which our front makes a span: it makes none of probes and of streams that last for days. */
function isKept(options: SpanOptions | undefined, within: Context): boolean {
  const type = String(options?.attributes?.['next.span_type']);
  return KEPT.has(type) && trace.getSpan(within)?.isRecording() === true;
}

/** Takes everything and tells nobody. */
function noSpan(): Span {
  return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
}

function optionsOf(value: unknown): SpanOptions {
  return typeof value === 'object' && value !== null ? value : {};
}

function isContext(value: unknown): value is Context {
  return typeof value === 'object' && value !== null && 'getValue' in value;
}
