/** A server that stops without breaking off what it has begun: answers that are under way end, and nothing new begins. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Drain = {
  /** @returns whether the request was taken: it came too late, and has its answer */
  take(request: IncomingMessage, response: ServerResponse): boolean;
  /** From here on nothing new is begun. Resolves when all is answered, or after `withinMs`. */
  begin(withinMs: number): Promise<void>;
};

// The portal is back within seconds, or another one is in its place.
const RETRY_AFTER_SECONDS = '5';

/** @param isStream requests that last as long as somebody listens: nobody waits for their end */
export function drain(isStream: (request: IncomingMessage) => boolean): Drain {
  const underWay = new Set<ServerResponse>();
  let whenNone: (() => void) | null = null;
  return {
    take(request, response) {
      if (whenNone !== null) {
        response.writeHead(503, {
          'Content-Type': 'text/plain; charset=utf-8',
          'Retry-After': RETRY_AFTER_SECONDS,
          'Cache-Control': 'no-store',
          Connection: 'close',
        });
        response.end('This portal is stopping. Nothing was changed. Try again in a few seconds.\n');
        return true;
      }
      if (isStream(request)) return false;
      underWay.add(response);
      response.once('close', () => {
        underWay.delete(response);
        if (underWay.size === 0) whenNone?.();
      });
      return false;
    },
    async begin(withinMs) {
      const allAnswered = new Promise<void>((resolve) => {
        whenNone = resolve;
      });
      // The client is told that its connection ends with this answer.
      for (const response of underWay) response.shouldKeepAlive = false;
      if (underWay.size === 0) return;
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, withinMs);
      });
      await Promise.race([allAnswered, late]);
      clearTimeout(timer);
    },
  };
}
