/** Spans by OpenTelemetry's SDK. Sampling, limits, the collector's address and its headers it reads from the environment. */
import {
  type Span as ApiSpan,
  context,
  createContextKey,
  ROOT_CONTEXT,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { AppError, ERRORS } from '@/lib/kernel/errors';
import { SECOND_MS } from '@/lib/kernel/time';
import { listedOnly } from './export';
import { nextSpans } from './next-spans';
import type { ActiveSpan, OpenSpan, Span, SpanStart, Traces } from './span';
import type { TracesSettings } from './start';

/** Whoever stops a process waits for a collector no longer. */
const FLUSH_WITHIN_MS = 2 * SECOND_MS;
/** Whether the span of a context has ended: one that is not sampled cannot be asked. */
const STATE = createContextKey('countersign span state');
const SERVER_FAULT = 500;
const KINDS = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
} as const;

/**
 * A tracer for us, and one for Next, which asks OpenTelemetry's API for it. No propagator is registered: a `traceparent`
 * counts only where our code passes it on, having proved who sent it.
 */
export function openTelemetry({ service, onTrouble }: Omit<TracesSettings, 'env'>): {
  traces: Traces;
  stop(): Promise<void>;
} {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': service }).merge(
      detectResources({ detectors: [envDetector] }),
    ),
    spanProcessors: [new BatchSpanProcessor(listedOnly(new OTLPTraceExporter(), onTrouble))],
  });
  const tracer = provider.getTracer('countersign');
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(nextSpans(provider));
  return {
    traces: { begin: (start) => begun(tracer, start), within, active },
    async stop() {
      trace.disable();
      context.disable();
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, FLUSH_WITHIN_MS);
      });
      // A collector that is away was told of when it went.
      await Promise.race([provider.shutdown().catch(() => undefined), late]);
      clearTimeout(timer);
    },
  };
}

function begun(tracer: Tracer, start: SpanStart): OpenSpan {
  const { name, kind = 'internal', attributes = {} } = start;
  const given = spanContextOf(start.parent);
  const around = current() === null ? ROOT_CONTEXT : context.active();
  const parent = given === null ? around : trace.setSpanContext(ROOT_CONTEXT, given);
  const span = tracer.startSpan(name, { kind: KINDS[kind], attributes }, parent);
  const state = { ended: false };
  const inside = trace.setSpan(parent, span).setValue(STATE, state);
  return {
    ...noting(span),
    run: (work) => context.with(inside, work),
    end(error) {
      if (error !== undefined) {
        span.setAttribute('error.type', errorTypeOf(error));
        if (isFault(error)) span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
      state.ended = true;
    },
  };
}

function noting(span: ApiSpan): Span {
  return {
    note: (attributes) => void span.setAttributes(attributes),
    link(traceparent) {
      const other = spanContextOf(traceparent);
      if (other !== null) span.addLink({ context: other });
    },
  };
}

/**
 * The span that work here belongs to. One that has ended is none: a timer that some request set goes on for days, and what
 * it does is not that request's.
 */
function current(): ApiSpan | null {
  const around = context.active();
  return Object(around.getValue(STATE)).ended ? null : (trace.getSpan(around) ?? null);
}

function within(): ReturnType<Traces['within']> {
  const span = current();
  if (span === null) return 'nothing';
  const { traceFlags } = span.spanContext();
  return (traceFlags & TraceFlags.SAMPLED) === 0 ? 'unsampled' : 'a span';
}

function active(): (Span & ActiveSpan) | null {
  const span = current();
  if (span === null) return null;
  const { traceId, spanId, traceFlags } = span.spanContext();
  const flags = traceFlags.toString(16).padStart(2, '0');
  return { ...noting(span), traceId, traceparent: `00-${traceId}-${spanId}-${flags}` };
}

/** @see https://www.w3.org/TR/trace-context/#traceparent-header */
function spanContextOf(traceparent: string | null | undefined): SpanContext | null {
  const parts = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(traceparent ?? '');
  const [, traceId = '', spanId = '', flags = '0'] = parts ?? [];
  const given = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return parts !== null && isNumbered(given) ? given : null;
}

/** All zeros is nobody's id. */
function isNumbered({ traceId, spanId }: SpanContext): boolean {
  return /[^0]/.test(traceId) && /[^0]/.test(spanId);
}

/** Never the message: it may have what somebody sent. */
function errorTypeOf(error: unknown): string {
  if (error instanceof AppError) return error.code;
  return error instanceof Error ? error.constructor.name : typeof error;
}

/** A refusal is an answer. */
function isFault(error: unknown): boolean {
  return !(error instanceof AppError) || ERRORS[error.code].status >= SERVER_FAULT;
}
