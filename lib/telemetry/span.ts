/**
 * What takes how long, as spans, where somebody collects them. Off, which is how it starts, `traced` is the call of the
 * work and nothing more: the packages that make and send spans are loaded by `startTraces` alone.
 */
import { processWide } from '@/lib/platform/process-wide';

/** All that is ever told of a span but its name and times. Nothing of it is a text that a client chose. */
export const ATTRIBUTES = [
  'http.request.method',
  // A pattern, never a path.
  'http.route',
  'http.response.status_code',
  // A code of ours, or the name of a class.
  'error.type',
  'db.system.name',
  'db.operation.name',
  'db.collection.name',
  'next.span_type',
  'countersign.request_id',
  'countersign.operation',
  'countersign.environment',
  'countersign.issuer_id',
] as const;
export type AttributeName = (typeof ATTRIBUTES)[number];
export type Attributes = { [Name in AttributeName]?: string | number };

export type SpanStart = {
  /** From our code, so that there are few. */
  name: string;
  /** `server`: what somebody else asked for; `client`: asking somebody else. */
  kind?: 'internal' | 'server' | 'client';
  attributes?: Attributes;
  /** `beneath`: a span only as part of another one. */
  where?: 'anywhere' | 'beneath';
  /** A traceparent of whoever asked, proved to be ours; it comes before the span that is active. */
  parent?: string | undefined;
};

export type Span = {
  note(attributes: Attributes): void;
  /** Names another trace that belongs to it: the traceparent of whoever asked, proved to be ours. */
  link(traceparent: string | null): void;
};

export type OpenSpan = Span & {
  /** What `work` does, and what that does later, belongs to the span. */
  run<T>(work: () => T): T;
  /** @param error what it ended with, of which its code or class alone is told */
  end(error?: unknown): void;
};

export type ActiveSpan = {
  /** 32 hexadecimal digits. */
  traceId: string;
  /** @see https://www.w3.org/TR/trace-context/#traceparent-header */
  traceparent: string;
};

/** Who makes spans. */
export type Traces = {
  begin(start: SpanStart): OpenSpan;
  /** What work here belongs to: `unsampled`: to a span that nobody will see. */
  within(): 'nothing' | 'a span' | 'unsampled';
  active(): (Span & ActiveSpan) | null;
};

export const TRACES = 'traces';

/** Does the work as a span, which ends when its promise settles; off, it does the work. */
export function traced<T>(start: SpanStart, work: (span: Span) => Promise<T>): Promise<T> {
  const traces = tracing();
  if (traces === null || (start.parent === undefined && isUntold(start, traces))) {
    return work(NO_SPAN);
  }
  return spanned(traces.begin(start), work);
}

/** Null: nobody collects spans. */
export function tracing(): Traces | null {
  return processWide<Traces | null>(TRACES, () => null);
}

/** Of the span that is active here; null without one. */
export function activeSpan(): (Span & ActiveSpan) | null {
  return tracing()?.active() ?? null;
}

/** For a process of ours that proves who asks it; nothing without an active span. */
export function traceHeaders(): { traceparent?: string } {
  const active = activeSpan();
  return active === null ? {} : { traceparent: active.traceparent };
}

/** No sampler keeps what belongs to a span that was not kept, so its parts need not be made. */
function isUntold({ where }: SpanStart, traces: Traces): boolean {
  const within = traces.within();
  return within === 'unsampled' || (within === 'nothing' && where === 'beneath');
}

const NO_SPAN: Span = { note: () => undefined, link: () => undefined };

async function spanned<T>(span: OpenSpan, work: (span: Span) => Promise<T>): Promise<T> {
  try {
    const result = await span.run(() => work(span));
    span.end();
    return result;
  } catch (error) {
    span.end(error);
    throw error;
  }
}
