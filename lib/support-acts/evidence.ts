/** What a compromise run leaves for whoever has to prove what happened: one file, whole in itself. */
import { authorizeDeployment, type Principal } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent, recordOf } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { keyUseIn } from './key-use';
import { readAct } from './list';

const MOST_CALLS = 5_000;
const MOST_EVENTS = 5_000;

/**
 * The run, the key and every certificate of it with its DER, calls since the chosen time, refused calls one by one, the
 * events of the trails with their hashes, and the edges' receipt.
 * @returns JSON text; times are ISO 8601 in UTC, digests hexadecimal
 * @throws AppError `not_found` for what is no compromise run
 */
export async function compromiseEvidence(principal: Principal, id: string): Promise<string> {
  const scope = authorizeDeployment(principal, 'support.look');
  const run = await readAct(principal, id);
  const { act } = run;
  if (act.kind !== 'compromise') {
    throw new AppError('not_found', {
      detail: 'That act is no compromise run, so it has no file.',
    });
  }
  const since = new Date(act.since);
  const evidence = await acrossAccounts(scope, async (tx) => {
    const key = await keyUseIn(tx, act.spkiSha256, since);
    const ids = key.certificates.map((one) => one.id);
    const chains = [...new Set(key.certificates.map((one) => one.accountId)), DEPLOYMENT_CHAIN];
    await recordEvent(tx, {
      chain: DEPLOYMENT_CHAIN,
      actor: scope.actor,
      requestId: scope.requestId,
      action: 'support-act.evidence-exported',
      object: { kind: 'support-act', id },
      detail: { certificates: ids.length },
    });
    return {
      format: 'countersign-compromise-evidence-1',
      madeAt: currentTime().toISOString(),
      madeBy: scope.actor,
      run: { ...run, may: undefined },
      key,
      certificatesDerBase64: await derOf(tx, ids),
      refusedCalls: await refusedCallsOf(tx, ids, since),
      events: await eventsOf(tx, chains, [...ids, act.spkiSha256, id]),
    };
  });
  return `${JSON.stringify(evidence, null, 2)}\n`;
}

async function derOf(tx: Tx, ids: string[]): Promise<Record<string, string>> {
  const rows = await tx.certificate.findMany({
    where: { id: { in: ids } },
    select: { id: true, der: true },
  });
  return Object.fromEntries(rows.map(({ id, der }) => [id, Buffer.from(der).toString('base64')]));
}

/** One by one, as far as they are kept; counts by network are in `key.calls`. */
async function refusedCallsOf(tx: Tx, ids: string[], since: Date) {
  const rows = await tx.refusedCall.findMany({
    where: { certificateId: { in: ids }, at: { gte: since } },
    orderBy: { at: 'desc' },
    take: MOST_CALLS,
  });
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/** With their hashes, so that they can be found again in an export of the trail. */
async function eventsOf(tx: Tx, chains: string[], objectIds: string[]) {
  const rows = await tx.auditEvent.findMany({
    where: { chain: { in: chains }, objectId: { in: objectIds } },
    orderBy: [{ at: 'asc' }, { chain: 'asc' }, { sequence: 'asc' }],
    take: MOST_EVENTS,
  });
  return rows.map((row) => ({
    event: recordOf(row),
    previousHash: Buffer.from(row.previousHash).toString('hex'),
    hash: Buffer.from(row.hash).toString('hex'),
  }));
}
