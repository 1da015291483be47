/**
 * Once a minute the heads of all chains that moved come under one signature, whose key is not in the database's reach:
 * whoever rewrites a chain there, hashes and all, cannot rewrite what was signed over it. Checkpoints are numbered and
 * chained among themselves, so that one that is taken away is missed.
 */
import { systemScope } from '@/lib/access/scope';
import { MINUTE_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { log } from '@/lib/platform/log';
import { traced } from '@/lib/telemetry/span';
import { canonicalJson } from './canonical-json';
import { leafHash, treeRoot } from './merkle';
import { digestOf, type Signable, signed } from './signing';

// pg_try_advisory_xact_lock: one portal makes a checkpoint at a time, and the others do something else.
const LOCK = 7_265_425n;
const EVERY_MS = MINUTE_MS;
/** Heads under one checkpoint; what is left over comes under the next at once. */
const MOST_HEADS = 1_000;
const NO_HASH = new Uint8Array(32);

export type Head = { chain: string; sequence: bigint; hash: Uint8Array };
export type CheckpointRow = {
  number: bigint;
  at: Date;
  size: number;
  root: Uint8Array;
  previousHash: Uint8Array;
};

/**
 * Signs what moved, if the last checkpoint is a minute old. Any number of portals may call it at any time.
 * @returns how many checkpoints were made
 */
export async function makeCheckpoints(): Promise<number> {
  for (let made = 0; ; made += 1) {
    const checkpoint = await acrossAccounts(systemScope('audit', 'checkpoint'), oneCheckpoint);
    if (checkpoint === null) return made;
    const { number, size, root } = checkpoint;
    // Where logs are kept elsewhere this line is a witness that nobody at the database can take back.
    log().info(
      { checkpoint: Number(number), size, root: Buffer.from(root).toString('hex') },
      'signed a checkpoint of the audit trail',
    );
  }
}

/** What is signed. @see docs/decisions/0012-checkpoints-over-heads.md */
export function checkpointText(row: CheckpointRow): Signable {
  return {
    kind: 'countersign-audit-checkpoint',
    version: 1,
    number: Number(row.number),
    at: row.at.toISOString(),
    size: row.size,
    root: Buffer.from(row.root).toString('hex'),
    previousHash: Buffer.from(row.previousHash).toString('hex'),
  };
}

export function headLeaf({ chain, sequence, hash }: Head): Uint8Array {
  const text = { chain, sequence: Number(sequence), hash: Buffer.from(hash).toString('hex') };
  return leafHash(canonicalJson(text));
}

async function oneCheckpoint(tx: Tx): Promise<CheckpointRow | null> {
  const [lock] = await tx.$queryRaw<
    { taken: boolean }[]
  >`SELECT pg_try_advisory_xact_lock(${LOCK}) AS taken`;
  if (!lock?.taken) return null;
  const last = await tx.auditCheckpoint.findFirst({ orderBy: { number: 'desc' } });
  const at = currentTime();
  if (last && !isDue(last, at)) return null;
  const heads = await movedHeads(tx);
  if (heads.length === 0) return null;
  const row = {
    number: (last?.number ?? 0n) + 1n,
    at,
    size: heads.length,
    root: new Uint8Array(treeRoot(heads.map(headLeaf))),
    previousHash: last ? digestOf(checkpointText(last)) : NO_HASH,
  };
  return traced({ name: 'sign a checkpoint' }, async () => {
    await tx.auditCheckpoint.create({ data: { ...row, signature: signed(checkpointText(row)) } });
    await storeHeads(tx, row.number, heads);
    return row;
  });
}

/** A last one of the future comes from a clock that was wrong, and must not stop the rest. */
function isDue(last: CheckpointRow, now: Date): boolean {
  const age = now.getTime() - last.at.getTime();
  return age < 0 || age >= EVERY_MS || last.size === MOST_HEADS;
}

/** A head that somebody is just moving is left to the next turn: nobody waits for a checkpoint. */
function movedHeads(tx: Tx): Promise<Head[]> {
  return tx.$queryRaw<Head[]>`
    SELECT chain, sequence, hash FROM audit_head WHERE sequence > checkpointed
    ORDER BY chain LIMIT ${MOST_HEADS} FOR UPDATE SKIP LOCKED`;
}

async function storeHeads(tx: Tx, number: bigint, heads: readonly Head[]): Promise<void> {
  const chains = heads.map(({ chain }) => chain);
  const sequences = heads.map(({ sequence }) => String(sequence));
  const hashes = heads.map(({ hash }) => Buffer.from(hash).toString('hex'));
  await tx.$executeRaw`
    INSERT INTO audit_checkpoint_head (number, position, chain, sequence, hash)
    SELECT ${number}, (place - 1)::int, chain, sequence::bigint, decode(hash, 'hex')
    FROM unnest(${chains}::text[], ${sequences}::text[], ${hashes}::text[])
      WITH ORDINALITY AS head(chain, sequence, hash, place)`;
  await tx.$executeRaw`UPDATE audit_head SET checkpointed = sequence WHERE chain = ANY (${chains}::text[])`;
}
