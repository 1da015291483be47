import { type Success, type SuccessReport, successes } from '@/gateway/successes';
import type { Environment } from '@/lib/kernel/environments';
import type { RefusalCode } from '@/lib/kernel/refusals';

export type RefusalReport = {
  requestId: string;
  code: RefusalCode;
  environment: Environment;
  listener: 'mtls' | 'standard';
  at: string;
  fingerprint: string | null;
  nameHash: string | null;
  sourceAddress: string;
  userAgent: string | null;
  sni: string | null;
  tlsVersion: string | null;
};

export type ReportBatch = {
  appliedNumber: number;
  lost: number;
  successes: SuccessReport[];
  refusals: RefusalReport[];
};

export type Delivery = 'taken' | 'refused' | 'failed';

export type Reporter = {
  refused(report: RefusalReport): void;
  /** Reports a success at once, or counts it when one with the same key was reported within the second. */
  succeeded(key: string, describe: () => Success): void;
  /** Sends what is left, once. */
  stop(): Promise<void>;
};

const FLUSH_AFTER_MS = 200;
const RETRY_AFTER_MS = 2_000;
const MAX_QUEUED = 10_000;
/** While the portal is away successes go on being counted where they are; the room is for refusals. */
const MAX_SUCCESSES = 2_000;
const MAX_BATCH = 500;

/**
 * Collects what the portal shows and sends it in batches, beside the traffic: a queue that is full or a portal that
 * is away costs reports (counted in `lost`), never a request.
 * @param input.send `refused`: the portal answered that it will never take this batch
 */
export function reporter(input: {
  send(batch: ReportBatch): Promise<Delivery>;
  appliedNumber(): number;
}): Reporter {
  const queue = reportQueue();
  let timer: NodeJS.Timeout | null = null;
  let sending = false;

  const schedule = (afterMs: number) => {
    timer ??= setTimeout(() => {
      timer = null;
      void flush();
    }, afterMs);
  };
  const flush = async (): Promise<void> => {
    if (sending || queue.isEmpty()) return;
    sending = true;
    const batch = queue.batch(input.appliedNumber());
    const delivery = await input.send(batch);
    sending = false;
    if (delivery !== 'failed') queue.settle(batch, delivery);
    if (!queue.isEmpty()) schedule(delivery === 'failed' ? RETRY_AFTER_MS : FLUSH_AFTER_MS);
  };
  const passed = successes((report) => {
    const taken = queue.addSuccess(report);
    if (taken) schedule(FLUSH_AFTER_MS);
    return taken;
  });

  return {
    refused(report) {
      if (queue.addRefusal(report)) schedule(FLUSH_AFTER_MS);
    },
    succeeded: passed.note,
    async stop() {
      passed.stop();
      if (timer !== null) clearTimeout(timer);
      await flush();
      if (timer !== null) clearTimeout(timer);
    },
  };
}

/** At most `MAX_QUEUED` reports; `add...` returns false when there is no room. */
function reportQueue(): {
  isEmpty(): boolean;
  addRefusal(report: RefusalReport): boolean;
  addSuccess(report: SuccessReport): boolean;
  batch(appliedNumber: number): ReportBatch;
  settle(batch: ReportBatch, delivery: 'taken' | 'refused'): void;
} {
  let refusals: RefusalReport[] = [];
  let passed: SuccessReport[] = [];
  let lost = 0;
  const isFull = () => refusals.length + passed.length >= MAX_QUEUED;
  return {
    isEmpty: () => refusals.length === 0 && passed.length === 0,
    addRefusal(report) {
      if (isFull()) {
        lost += 1;
        return false;
      }
      refusals.push(report);
      return true;
    },
    addSuccess(report) {
      if (isFull() || passed.length >= MAX_SUCCESSES) return false;
      passed.push(report);
      return true;
    },
    batch: (appliedNumber) => ({
      appliedNumber,
      lost,
      successes: passed.slice(0, MAX_BATCH),
      refusals: refusals.slice(0, MAX_BATCH),
    }),
    settle(batch, delivery) {
      refusals = refusals.slice(batch.refusals.length);
      passed = passed.slice(batch.successes.length);
      const given = batch.refusals.length + batch.successes.length;
      lost += delivery === 'refused' ? given : -batch.lost;
    },
  };
}
