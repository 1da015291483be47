import pino, { type DestinationStream, type Logger } from 'pino';
import { activeSpan } from '@/lib/telemetry/span';
import { processWide } from './process-wide';

/** JSON lines on stderr. Bodies, secrets and certificates are never passed to it. */
export function log(): Logger {
  return processWide('log', () => logTo(pino.destination({ fd: 2 })));
}

/** A line that is said within a span names its trace. */
export function logTo(destination: DestinationStream): Logger {
  const level = process.env.LOG_LEVEL ?? 'warn';
  return pino({ level, base: null, mixin: traceOf }, destination);
}

function traceOf(): { trace_id?: string } {
  const active = activeSpan();
  return active === null ? {} : { trace_id: active.traceId };
}
