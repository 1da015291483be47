/**
 * Numbers the outbox and streams it to the edges. Any number of portals may run one on the same database: numbering
 * happens under the lock of the deployment's row, and tells every portal (NOTIFY).
 */
import { sign } from 'node:crypto';
import { systemScope } from '@/lib/access/scope';
import {
  encodeDeltaFrame,
  encodeHeartbeatFrame,
  encodeSnapshotFrame,
  sealFrame,
} from '@/lib/edge/frames';
import { SECOND_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, database } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { log } from '@/lib/platform/log';
import { processWide } from '@/lib/platform/process-wide';
import { changesBetween, numberOutbox, pruneOutbox, snapshotContent } from './queries';

const CHANNEL = 'countersign_numbered';
// For what was committed by a portal that died before it could number it.
const POLL_MS = SECOND_MS;
// What is committed meanwhile is numbered, and sent to every edge, together.
const GATHER_MS = 20;
const HEARTBEAT_MS = 2 * SECOND_MS;
const PRUNE_EVERY_MS = 3600 * SECOND_MS;

export type Publisher = {
  start(): void;
  stop(): Promise<void>;
  /** Call after a commit that wrote to the outbox: edges hear at once rather than at the next poll. */
  nudge(): void;
  /** Sealed frames for an edge that holds `after`, or nothing; ends once the edge is disabled. */
  stream(edgeId: string, after: number | null): AsyncGenerator<Uint8Array, void, void>;
  readonly number: number;
};

export function publisher(): Publisher {
  return processWide('publisher', makePublisher);
}

const scope = () => systemScope('publishing', 'publishing');

function makePublisher(): Publisher {
  let number = 0;
  let running = false;
  let timer: NodeJS.Timeout | null = null;
  let listener: { stop(): Promise<void> } | null = null;
  let prunedAt = 0;
  let wake = signal();
  let working: Promise<void> | null = null;
  let again = false;

  const advance = async (): Promise<void> => {
    again = true;
    working ??= work().finally(() => {
      working = null;
    });
    return working;
  };
  const work = async (): Promise<void> => {
    try {
      while (again && running) {
        again = false;
        const numbered = await numberOutbox(scope());
        if (numbered === number) continue;
        number = numbered;
        const waiting = wake;
        wake = signal();
        waiting.resolve();
        await pause(GATHER_MS);
      }
      if (currentTime().getTime() - prunedAt > PRUNE_EVERY_MS) {
        prunedAt = currentTime().getTime();
        await acrossAccounts(scope(), pruneOutbox);
      }
    } catch (error) {
      log().warn({ err: error }, 'the outbox could not be numbered; trying again');
    }
  };
  const poll = (): void => {
    timer = setTimeout(async () => {
      await advance();
      if (running) poll();
    }, POLL_MS);
  };

  return {
    get number() {
      return number;
    },
    start() {
      if (running) return;
      running = true;
      void advance();
      poll();
      listener = database().listen(CHANNEL, () => void advance());
    },
    async stop() {
      running = false;
      if (timer) clearTimeout(timer);
      wake.resolve();
      await listener?.stop();
      await working;
    },
    nudge() {
      if (running) void advance();
    },
    async *stream(edgeId, after) {
      let held = after;
      // An edge must hear something at once, or it could not tell a quiet portal from a dead one.
      if (held === null || !(await reachable(held))) {
        const first = await snapshotFrame();
        held = first.number;
        yield first.frame;
      } else {
        yield heartbeat(held);
      }
      while (running) {
        const woken = wake.promise;
        if (held < number) {
          const next = await deltaFrame(held);
          held = next.number;
          yield next.frame;
          continue;
        }
        await Promise.race([woken, pause(HEARTBEAT_MS)]);
        if (held < number) continue;
        if (!running || (await disabled(edgeId))) return;
        yield heartbeat(held);
      }
    },
  };
}

async function snapshotFrame(): Promise<{ number: number; frame: Uint8Array }> {
  const { number, content } = await acrossAccounts(scope(), snapshotContent, {
    isolationLevel: 'RepeatableRead',
  });
  const { nameKey } = deployment();
  const asOfMs = currentTime().getTime();
  return { number, frame: signed(encodeSnapshotFrame({ number, asOfMs, nameKey, content })) };
}

async function deltaFrame(fromNumber: number): Promise<{ number: number; frame: Uint8Array }> {
  const { number, changes } = await acrossAccounts(scope(), (tx) => changesBetween(tx, fromNumber));
  const asOfMs = currentTime().getTime();
  return { number, frame: signed(encodeDeltaFrame({ fromNumber, number, asOfMs, changes })) };
}

/** True when every change after `held` is still in the outbox, so that a delta can be made. */
async function reachable(held: number): Promise<boolean> {
  return acrossAccounts(scope(), async (tx) => {
    const rows = await tx.$queryRaw<{ current: bigint; kept: bigint }[]>`
      SELECT snapshot_number AS current,
        (SELECT count(*) FROM edge_change WHERE number > ${BigInt(held)}) AS kept
      FROM deployment WHERE id = 1`;
    const row = rows[0];
    return row !== undefined && row.kept === row.current - BigInt(held);
  });
}

async function disabled(edgeId: string): Promise<boolean> {
  const row = await acrossAccounts(scope(), (tx) => tx.edge.findUnique({ where: { id: edgeId } }));
  return row === null || row.revokedAt !== null;
}

function heartbeat(number: number): Uint8Array {
  return signed(encodeHeartbeatFrame({ number, asOfMs: currentTime().getTime() }));
}

function signed(payload: Uint8Array): Uint8Array {
  return sealFrame(payload, sign(null, payload, deployment().snapshotKey));
}

function signal(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref());
}
