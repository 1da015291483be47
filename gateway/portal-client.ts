/**
 * The edge's side of the protocol with the portal. Everything is asked for by the edge, so that the portal needs no
 * way to reach it, and nothing here may stop a decision: the portal being away is ordinary.
 */
import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { ReportBatch } from '@/gateway/reporter';
import { messageOf, writeAtomically } from '@/gateway/state-store';

const Enrolment = z.object({ edgeId: z.string(), name: z.string(), snapshotKey: z.base64() });
type Enrolment = z.infer<typeof Enrolment>;

export type PortalClient = {
  /** The key pinned earlier, without asking; null before the first enrolment. @throws when the file is damaged */
  pinnedKey(): KeyObject | null;
  /**
   * Asks the portal who we are. The first key is pinned; `changed` says that the portal now has another one.
   * @throws PortalError
   */
  enrol(signal: AbortSignal): Promise<'pinned' | 'changed'>;
  /** Reads the stream until it ends, is silent for 10 s or `onChunk` throws. @throws PortalError */
  stream(input: {
    after: number | null;
    signal: AbortSignal;
    onChunk(chunk: Uint8Array): void;
  }): Promise<void>;
  acknowledge(number: number): Promise<boolean>;
  report(batch: ReportBatch): Promise<boolean>;
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

  const post = async (path: string, body: unknown, signal?: AbortSignal): Promise<Response> => {
    const timeout = AbortSignal.timeout(ANSWER_WITHIN_MS);
    const response = await reach(address(path), {
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    return response;
  };
  const delivered = async (path: string, body: unknown): Promise<boolean> => {
    try {
      const response = await post(path, body);
      await response.body?.cancel();
      return response.ok;
    } catch (error) {
      if (error instanceof PortalError) return false;
      throw error;
    }
  };

  return {
    pinnedKey() {
      const pinned = readEnrolment(enrolmentFile);
      return pinned === null ? null : keyOf(pinned);
    },
    async enrol(signal) {
      const response = await post('/api/edge/v1/enrolment', {}, signal);
      if (!response.ok) throw await answered(response);
      const offered = Enrolment.safeParse(await response.json().catch(() => null));
      if (!offered.success) throw new PortalError('the portal gave an enrolment we cannot read');
      keyOf(offered.data);
      const pinned = readEnrolment(enrolmentFile);
      if (pinned !== null) {
        return pinned.snapshotKey === offered.data.snapshotKey ? 'pinned' : 'changed';
      }
      await writeAtomically(enrolmentFile, `${JSON.stringify(offered.data, null, 2)}\n`);
      return 'pinned';
    },
    async stream({ after, signal, onChunk }) {
      const url = address('/api/edge/v1/snapshot');
      if (after !== null) url.searchParams.set('after', String(after));
      const silence = new AbortController();
      const timer = setTimeout(() => silence.abort(), SILENT_FOR_MS);
      try {
        const response = await reach(url, {
          headers: { ...headers, Accept: 'application/octet-stream' },
          signal: AbortSignal.any([signal, silence.signal]),
        });
        if (!response.ok || response.body === null) throw await answered(response);
        await readAll(response.body, (chunk) => {
          timer.refresh();
          onChunk(chunk);
        });
      } finally {
        clearTimeout(timer);
      }
    },
    acknowledge: (number) => delivered('/api/edge/v1/acknowledgements', { number }),
    report: (batch) => delivered('/api/edge/v1/reports', batch),
  };
}

async function reach(url: URL, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...init, redirect: 'error' });
  } catch (error) {
    const cause = error instanceof Error ? (error.cause ?? error) : error;
    throw new PortalError(`the portal cannot be reached: ${messageOf(cause)}`, { cause: error });
  }
}

async function readAll(
  body: ReadableStream<Uint8Array>,
  onChunk: (chunk: Uint8Array) => void,
): Promise<void> {
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new PortalError(`the stream broke off: ${messageOf(error)}`, { cause: error });
      });
      if (done) return;
      onChunk(value);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function answered(response: Response): Promise<PortalError> {
  await response.body?.cancel();
  const { status } = response;
  return new PortalError(`the portal answered ${status}`, { status });
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
