import pino, { type Logger } from 'pino';
import { processWide } from './process-wide';

/** JSON lines on stderr. Bodies, secrets and certificates are never passed to it. */
export function log(): Logger {
  return processWide('log', () =>
    pino({ level: process.env.LOG_LEVEL ?? 'warn', base: null }, pino.destination({ fd: 2 })),
  );
}
