/**
 * The edge's side of the protocol with the portal. Everything is asked for by the edge, so that the portal needs no
 * way to reach it, and nothing here may stop a decision: the portal being away is ordinary.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import { z } from 'zod';
import type { Delivery, ReportBatch } from '@/gateway/reporter';
import { messageOf, writeAtomically } from '@/gateway/state-store';
import type { Acknowledgement } from '@/lib/contract/edge-protocol';
import { traced, traceHeaders } from '@/lib/telemetry/span';

const Enrolment = z.object({ edgeId: z.string(), name: z.string(), snapshotKey: z.base64() });
type Enrolment = z.infer<typeof Enrolment>;

export type PortalClient = {
  /** The key pinned earlier, without asking; null before the first enrolment. @throws when the file is damaged */
  pinnedKey(): KeyObject | null;
  /**
   * Asks the portal who we are. The first key is pinned; `changed` says that the portal now has another one.
   * @throws PortalError
   */
  enrol(): Promise<'pinned' | 'changed'>;
  /** Reads the stream until it ends, is silent for 10 s or `onChunk` throws. @throws PortalError */
  stream(input: {
    after: number | null;
    signal: AbortSignal;
    onChunk(chunk: Uint8Array): void;
  }): Promise<void>;
  acknowledge(number: number, refused?: Acknowledgement['refused']): Promise<Delivery>;
  report(batch: ReportBatch): Promise<Delivery>;
};

export class PortalError extends Error {
  /** True when the portal answered that it does not know this token (any more). */
  readonly tokenRefused: boolean;
  constructor(message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.tokenRefused = options.status === 401;
  }
}

const ANSWER_WITHIN_MS = 5_000;
const SILENT_FOR_MS = 10_000;

export function portalClient(input: {
  portalUrl: URL;
  token: string;
  stateDir: string;
}): PortalClient {
  const enrolmentFile = join(input.stateDir, 'enrolment.json');
  const address = (path: string) => new URL(`${input.portalUrl.href.replace(/\/$/, '')}${path}`);
  const headers = { Authorization: `Bearer ${input.token}` };

  const { post, delivered } = poster(address, headers);

  return {
    pinnedKey() {
      const pinned = readEnrolment(enrolmentFile);
      return pinned === null ? null : keyOf(pinned);
    },
    async enrol() {
      const { status, text } = await post('/api/edge/v1/enrolment', {});
      if (status !== 200) throw answered(status);
      const offered = parseEnrolment(text);
      if (offered === null) throw new PortalError('the portal gave an enrolment we cannot read');
      keyOf(offered);
      const pinned = readEnrolment(enrolmentFile);
      if (pinned !== null) return pinned.snapshotKey === offered.snapshotKey ? 'pinned' : 'changed';
      await writeAtomically(enrolmentFile, `${JSON.stringify(offered, null, 2)}\n`);
      return 'pinned';
    },
    async stream({ after, signal, onChunk }) {
      const url = address('/api/edge/v1/snapshot');
      if (after !== null) url.searchParams.set('after', String(after));
      const status = await exchange({
        url,
        method: 'GET',
        headers: { ...headers, Accept: 'application/octet-stream' },
        silentForMs: SILENT_FOR_MS,
        signal,
        onChunk,
      });
      if (status !== 200) throw answered(status);
    },
    acknowledge: (number, refused) =>
      delivered('/api/edge/v1/acknowledgements', { number, ...(refused ? { refused } : {}) }),
    report: (batch) => delivered('/api/edge/v1/reports', batch),
  };
}

function poster(
  address: (path: string) => URL,
  headers: Record<string, string>,
): {
  post(path: string, body: unknown): Promise<{ status: number; text: string }>;
  delivered(path: string, body: unknown): Promise<Delivery>;
} {
  const post = async (path: string, body: unknown): Promise<{ status: number; text: string }> => {
    const chunks: Uint8Array[] = [];
    const attributes = { 'http.request.method': 'POST', 'http.route': path };
    const status = await traced({ name: `POST ${path}`, kind: 'client', attributes }, (span) =>
      exchange({
        url: address(path),
        method: 'POST',
        headers: { ...headers, ...traceHeaders(), 'Content-Type': 'application/json' },
        body: JSON.stringify(body),
        silentForMs: ANSWER_WITHIN_MS,
        onChunk: (chunk) => chunks.push(chunk),
      }).then((answer) => {
        span.note({ 'http.response.status_code': answer });
        return answer;
      }),
    );
    return { status, text: Buffer.concat(chunks).toString('utf8') };
  };
  const delivered = async (path: string, body: unknown): Promise<Delivery> => {
    try {
      const { status } = await post(path, body);
      if (status >= 200 && status < 300) return 'taken';
      return status === 400 || status === 413 || status === 422 ? 'refused' : 'failed';
    } catch (error) {
      if (error instanceof PortalError) return 'failed';
      throw error;
    }
  };
  return { post, delivered };
}

/**
 * One request, resolved with its status at the end of the answer. `onChunk` sees the body of a 200 only. It is made
 * with node:http because on Node 20 aborting a fetch stops working once its signal was collected as garbage: a
 * stream of days would then outlive both its time limit and our wish to stop.
 * @throws PortalError when there is no answer, or none for `silentForMs` @throws what `onChunk` throws
 */
function exchange(input: {
  url: URL;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  silentForMs: number;
  signal?: AbortSignal;
  onChunk(chunk: Uint8Array): void;
}): Promise<number> {
  const { url, method, headers, signal } = input;
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const outgoing = send(url, { method, headers, agent: false });
    const timer = setTimeout(() => {
      outgoing.destroy(new Error(`silent for ${input.silentForMs / 1000} s`));
    }, input.silentForMs);
    const abort = () => outgoing.destroy(new Error('stopped'));
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    const fail = (cause: unknown) => {
      const message = `the portal cannot be reached: ${messageOf(cause)}`;
      reject(new PortalError(message, { cause }));
    };
    outgoing.on('error', fail);
    outgoing.on('close', () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      fail(new Error('the connection was closed'));
    });
    outgoing.on('response', (incoming) => {
      const status = incoming.statusCode ?? 0;
      incoming.on('error', fail);
      incoming.on('end', () => resolve(status));
      incoming.on('data', (chunk: Buffer) => {
        timer.refresh();
        if (status !== 200) return;
        try {
          input.onChunk(chunk);
        } catch (error) {
          reject(error);
          outgoing.destroy();
        }
      });
    });
    outgoing.end(input.body);
  });
}

function answered(status: number): PortalError {
  return new PortalError(`the portal answered ${status}`, { status });
}

function parseEnrolment(text: string): Enrolment | null {
  try {
    return Enrolment.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

function readEnrolment(file: string): Enrolment | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
  return Enrolment.parse(JSON.parse(text));
}

function keyOf(enrolment: Enrolment): KeyObject {
  try {
    const key = createPublicKey({
      key: Buffer.from(enrolment.snapshotKey, 'base64'),
      format: 'der',
      type: 'spki',
    });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Falls through to the same answer: it is not a key we can use.
  }
  throw new PortalError('the snapshot key of the portal is not an Ed25519 key');
}
