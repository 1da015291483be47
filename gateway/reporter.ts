import { randomUUID } from 'node:crypto';
import {
  type CallCounts,
  type CountedCall,
  type CountReport,
  callCounts,
} from '@/gateway/call-counts';
import { type Success, type SuccessReport, successes } from '@/gateway/successes';
import { MAX_REPORTED } from '@/lib/contract/edge-protocol';
import type { Environment } from '@/lib/kernel/environments';
import type { RefusalCode } from '@/lib/kernel/refusals';
import { SECOND_MS } from '@/lib/kernel/time';

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
  /** The same when it is sent again, with the same content. */
  reportId: string;
  /** Calls that were not counted, and refusals that were not told one by one, for want of room. */
  lost: number;
  counts: CountReport[];
  successes: SuccessReport[];
  refusals: RefusalReport[];
};

export type Delivery = 'taken' | 'refused' | 'failed';

export type Reporter = {
  refused(report: RefusalReport): void;
  /** Reports a success at once, or counts it when one with the same key was reported within the second. */
  succeeded(key: string, describe: () => Success): void;
  /** Adds a call to the numbers of its kind, which are reported every second. */
  counted(call: CountedCall): void;
  /** Sends what is left, while the portal takes it. */
  stop(): Promise<void>;
};

const FLUSH_AFTER_MS = 200;
const COUNTS_AFTER_MS = SECOND_MS;
const RETRY_AFTER_MS = 2 * SECOND_MS;
const MAX_QUEUED = 10_000;
/** While the portal is away successes go on being counted where they are; the room is for refusals. */
const MAX_SUCCESSES = 2_000;

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
  const counts = callCounts();
  const alarm = alarmClock(() => void flush());
  let pending: ReportBatch | null = null;
  let sending: Promise<Delivery | 'nothing'> | null = null;
  let stopping = false;

  const send = async (): Promise<Delivery | 'nothing'> => {
    pending ??= nextBatch(queue, counts);
    if (pending === null) return 'nothing';
    // What is in a report that may have arrived stays as it is; how far this edge is has moved on.
    const batch = { ...pending, appliedNumber: input.appliedNumber() };
    const delivery = await input.send(batch);
    if (delivery !== 'failed') pending = null;
    if (delivery === 'refused') queue.lose(sizeOf(batch));
    return delivery;
  };
  const flush = async (): Promise<void> => {
    if (sending !== null || stopping) return;
    sending = send();
    await sending;
    sending = null;
    if (pending !== null) alarm.within(RETRY_AFTER_MS);
    else if (!queue.isEmpty() || counts.waiting() > MAX_REPORTED) alarm.within(FLUSH_AFTER_MS);
    else if (counts.waiting() > 0) alarm.within(COUNTS_AFTER_MS);
  };
  const soon = () => {
    if (pending === null) alarm.within(FLUSH_AFTER_MS);
  };
  const passed = successes((report) => {
    const taken = queue.addSuccess(report);
    if (taken) soon();
    return taken;
  });

  return {
    refused(report) {
      if (queue.addRefusal(report)) soon();
    },
    succeeded: passed.note,
    counted(call) {
      counts.note(call);
      if (pending === null) alarm.within(COUNTS_AFTER_MS);
    },
    async stop() {
      passed.stop();
      stopping = true;
      await sending;
      while ((await send()) === 'taken');
      alarm.stop();
    },
  };
}

/** Rings once, at the earliest of the times asked for. */
function alarmClock(ring: () => void): { within(ms: number): void; stop(): void } {
  let timer: NodeJS.Timeout | null = null;
  let dueMs = Number.POSITIVE_INFINITY;
  const stop = () => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    dueMs = Number.POSITIVE_INFINITY;
  };
  return {
    within(ms) {
      const wantedMs = performance.now() + ms;
      if (wantedMs >= dueMs) return;
      stop();
      dueMs = wantedMs;
      timer = setTimeout(() => {
        stop();
        ring();
      }, ms);
    },
    stop,
  };
}

function nextBatch(queue: ReportQueue, counts: CallCounts): ReportBatch | null {
  if (queue.isEmpty() && counts.waiting() === 0) return null;
  const { refusals, successes: passed, lost } = queue.take();
  return {
    appliedNumber: 0,
    reportId: randomUUID(),
    lost: lost + counts.takeLost(),
    counts: counts.take(MAX_REPORTED),
    successes: passed,
    refusals,
  };
}

/** How much is lost with a batch: its calls where they were counted, and each refusal told. */
function sizeOf(batch: ReportBatch): number {
  const calls = batch.counts.reduce((sum, one) => sum + one.calls, 0);
  return batch.lost + calls + batch.successes.length + batch.refusals.length;
}

type ReportQueue = {
  isEmpty(): boolean;
  /** False: there is no room. */
  addRefusal(report: RefusalReport): boolean;
  addSuccess(report: SuccessReport): boolean;
  take(): Pick<ReportBatch, 'refusals' | 'successes' | 'lost'>;
  lose(count: number): void;
};

/** At most `MAX_QUEUED` reports; what is refused room is counted as lost. */
function reportQueue(): ReportQueue {
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
    take() {
      const taken = {
        lost,
        successes: passed.slice(0, MAX_REPORTED),
        refusals: refusals.slice(0, MAX_REPORTED),
      };
      passed = passed.slice(MAX_REPORTED);
      refusals = refusals.slice(MAX_REPORTED);
      lost = 0;
      return taken;
    },
    lose(count) {
      lost += count;
    },
  };
}
