/**
 * Whether the trail in the database is the one that was signed: every chain by its hashes, and both chains and
 * checkpoints by what was signed over them. Whoever can write to the tables can make the first agree, not the second.
 */
import type { DeploymentScope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { acrossAccounts } from '@/lib/platform/database';
import { equalBytes } from '@/lib/platform/random';
import { checkpointText, headLeaf } from './checkpoint';
import { treeRoot } from './merkle';
import { eventHash } from './record';
import { digestOf, isSigned } from './signing';

const ROWS_AT_ONCE = 500;
const MOST_FAULTS = 50;
const NO_HASH = new Uint8Array(32);

export type TrailVerdict = {
  chains: number;
  events: number;
  checkpoints: number;
  /** Of the newest checkpoint, to note elsewhere. */
  newest: { checkpoint: number; root: string } | null;
  /** In words, each naming chain, event or checkpoint; the first fifty. */
  faults: string[];
};

/**
 * For the command line: the verdict, or an error with what is wrong, a line each.
 * @throws AppError `internal_error`
 */
export async function wholeTrail(
  scope: DeploymentScope,
  asked: {
    account?: string | undefined;
    checkpoint?: number | undefined;
    root?: string | undefined;
  },
): Promise<Omit<TrailVerdict, 'faults'>> {
  const { account, checkpoint, root } = asked;
  const known = checkpoint === undefined || root === undefined ? undefined : { checkpoint, root };
  const { faults, ...verdict } = await verifyDatabase(scope, { account, known });
  if (faults.length === 0) return verdict;
  throw new AppError('internal_error', { detail: faults.join('\n') });
}

type Known = { checkpoint: number; root: string };

/**
 * Reads everything; nothing is changed and nobody waits.
 * @param asked.account only this account's chain, and all checkpoints
 * @param asked.known a checkpoint somebody noted earlier, from the log say: the newest may have been taken away
 */
export async function verifyDatabase(
  scope: DeploymentScope,
  asked: { account?: string | undefined; known?: Known | undefined } = {},
): Promise<TrailVerdict> {
  const verdict: TrailVerdict = {
    chains: 0,
    events: 0,
    checkpoints: 0,
    newest: null,
    faults: [],
  };
  await verifyCheckpoints(scope, verdict, asked.known ?? null);
  if (asked.account === undefined) {
    for await (const chain of chainsOf(scope)) await verifyChain(scope, verdict, chain);
  } else {
    await verifyChain(scope, verdict, asked.account);
  }
  return verdict;
}

async function verifyCheckpoints(
  scope: DeploymentScope,
  verdict: TrailVerdict,
  known: Known | null,
): Promise<void> {
  let expected = 1n;
  let previousHash: Uint8Array = NO_HASH;
  let isKnown = known === null;
  for await (const row of checkpointsOf(scope)) {
    const { number } = row;
    verdict.checkpoints += 1;
    if (number !== expected) {
      fault(verdict, `Checkpoints ${expected} to ${number - 1n} are missing.`);
    } else if (!equalBytes(row.previousHash, previousHash)) {
      fault(verdict, `Checkpoint ${number} does not follow the one before it.`);
    }
    if (!isSigned(checkpointText(row), row.signature)) {
      fault(verdict, `The signature of checkpoint ${number} is wrong: it was edited or forged.`);
    }
    const leaves = row.heads.map(headLeaf);
    const whole = leaves.length === row.size && row.size > 0;
    if (!whole || !equalBytes(treeRoot(leaves), row.root)) {
      fault(verdict, `The heads under checkpoint ${number} are not those that were signed.`);
    }
    const root = Buffer.from(row.root).toString('hex');
    if (Number(number) === known?.checkpoint && root === known.root) isKnown = true;
    verdict.newest = { checkpoint: Number(number), root };
    previousHash = digestOf(checkpointText(row));
    expected = number + 1n;
  }
  if (isKnown || known === null) return;
  fault(
    verdict,
    `Checkpoint ${known.checkpoint} with the root ${known.root} is not here any more.`,
  );
}

async function verifyChain(
  scope: DeploymentScope,
  verdict: TrailVerdict,
  chain: string,
): Promise<void> {
  verdict.chains += 1;
  const signed = await signedHeads(scope, chain);
  let sequence = 0n;
  let previous: Uint8Array = NO_HASH;
  for await (const row of eventsOf(scope, chain)) {
    verdict.events += 1;
    if (row.sequence !== sequence + 1n) {
      fault(verdict, `${chain}: events ${sequence + 1n} to ${row.sequence - 1n} are missing.`);
    } else if (!equalBytes(row.previousHash, previous)) {
      fault(verdict, `${chain}: event ${row.sequence} does not follow the one before it.`);
    }
    if (!equalBytes(eventHash({ ...row, previousHash: row.previousHash }), row.hash)) {
      fault(verdict, `${chain}: event ${row.sequence} was edited.`);
    }
    const head = signed.get(row.sequence);
    if (head && !equalBytes(head.hash, row.hash)) {
      const words = `was rewritten after checkpoint ${head.number} was signed over it`;
      fault(verdict, `${chain}: event ${row.sequence}, or one before it, ${words}.`);
    }
    signed.delete(row.sequence);
    sequence = row.sequence;
    previous = row.hash;
  }
  for (const { number } of signed.values()) {
    fault(
      verdict,
      `${chain}: it ends at event ${sequence}, before what checkpoint ${number} is over.`,
    );
  }
  await compareHead(scope, verdict, { chain, sequence, hash: previous });
}

/** Read once more when it differs: the chain may have grown while it was read. */
async function compareHead(
  scope: DeploymentScope,
  verdict: TrailVerdict,
  read: { chain: string; sequence: bigint; hash: Uint8Array },
): Promise<void> {
  const { chain, sequence, hash } = read;
  const [head, event] = await acrossAccounts(
    scope,
    (tx) =>
      Promise.all([
        tx.auditHead.findUnique({ where: { chain } }),
        tx.auditEvent.findFirst({ where: { chain }, orderBy: { sequence: 'desc' } }),
      ]),
    { isolationLevel: 'RepeatableRead' },
  );
  const isGrown = (event?.sequence ?? 0n) > sequence;
  const last = isGrown ? event : { sequence, hash };
  if (head?.sequence === last?.sequence && head && last && equalBytes(head.hash, last.hash)) return;
  fault(verdict, `${chain}: its head is not its last event.`);
}

async function signedHeads(scope: DeploymentScope, chain: string) {
  const heads = await acrossAccounts(scope, (tx) =>
    tx.auditCheckpointHead.findMany({ where: { chain }, orderBy: { sequence: 'asc' } }),
  );
  return new Map(heads.map(({ sequence, number, hash }) => [sequence, { number, hash }]));
}

/** Also those of which nothing is left but what was signed. */
async function* chainsOf(scope: DeploymentScope): AsyncGenerator<string> {
  let after = '';
  for (;;) {
    const rows = await acrossAccounts(
      scope,
      (tx) => tx.$queryRaw<{ chain: string }[]>`
        (SELECT chain FROM audit_head WHERE chain > ${after} ORDER BY chain LIMIT ${ROWS_AT_ONCE})
        UNION (SELECT DISTINCT chain FROM audit_checkpoint_head WHERE chain > ${after}
          ORDER BY chain LIMIT ${ROWS_AT_ONCE})
        ORDER BY chain LIMIT ${ROWS_AT_ONCE}`,
    );
    for (const { chain } of rows) yield chain;
    if (rows.length < ROWS_AT_ONCE) return;
    after = rows.at(-1)?.chain ?? after;
  }
}

async function* eventsOf(scope: DeploymentScope, chain: string) {
  let after = 0n;
  for (;;) {
    const rows = await acrossAccounts(scope, (tx) =>
      tx.auditEvent.findMany({
        where: { chain, sequence: { gt: after } },
        orderBy: { sequence: 'asc' },
        take: ROWS_AT_ONCE,
      }),
    );
    yield* rows;
    if (rows.length < ROWS_AT_ONCE) return;
    after = rows.at(-1)?.sequence ?? after;
  }
}

async function* checkpointsOf(scope: DeploymentScope) {
  let after = 0n;
  for (;;) {
    // A checkpoint has up to a thousand heads.
    const row = await acrossAccounts(scope, (tx) =>
      tx.auditCheckpoint.findFirst({
        where: { number: { gt: after } },
        orderBy: { number: 'asc' },
        include: { heads: { orderBy: { position: 'asc' } } },
      }),
    );
    if (!row) return;
    yield row;
    after = row.number;
  }
}

function fault(verdict: TrailVerdict, words: string): void {
  if (verdict.faults.length < MOST_FAULTS) verdict.faults.push(words);
}
