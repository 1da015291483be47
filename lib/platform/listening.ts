/** LISTEN on a connection of its own, which is opened again whenever it is lost. */
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { SECOND_MS } from '@/lib/kernel/time';

const TRY_AGAIN_MS = SECOND_MS;

/** @param input.heard called for each NOTIFY, and after every connection, before which some may have been missed */
export function listening(input: { url: string; channel: string; heard: () => void }): {
  stop(): Promise<void>;
} {
  const stopping = new AbortController();
  const loop = (async () => {
    while (!stopping.signal.aborted) {
      await oneConnection(input, stopping.signal).catch(() => undefined);
      await pause(TRY_AGAIN_MS, undefined, { signal: stopping.signal }).catch(() => undefined);
    }
  })();
  return {
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

/** Resolves when the connection is over, however it ended. */
async function oneConnection(
  input: { url: string; channel: string; heard: () => void },
  signal: AbortSignal,
): Promise<void> {
  const client = new pg.Client({
    connectionString: input.url,
    application_name: 'countersign listening',
    keepAlive: true,
  });
  const over = new Promise<void>((resolve) => {
    client.once('error', () => resolve());
    client.once('end', resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    await client.connect();
    client.on('notification', input.heard);
    await client.query(`LISTEN ${pg.escapeIdentifier(input.channel)}`);
    input.heard();
    await over;
  } finally {
    client.removeAllListeners('notification');
    // What comes after the end of a connection that broke is of no interest to anybody.
    client.on('error', () => undefined);
    await client.end().catch(() => undefined);
  }
}
