/** What edges report: calls that passed, with their number, and every refusal. */
import type { Edge, Prisma } from '@/generated/prisma/client';
import { systemScope } from '@/lib/access/scope';
import type { EdgeReport } from '@/lib/contract/edge-protocol';
import { idFrom } from '@/lib/kernel/ids';
import { REFUSALS } from '@/lib/kernel/refusals';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { metrics } from '@/lib/platform/metrics';
import { sha256 } from '@/lib/platform/random';
import { addCounts } from './call-counts';
import { decisionFeed } from './decision-feed';
import { type Owners, ownersOf } from './owners';
import { addDecisions } from './queries';

/**
 * Stores a report. An edge may send one again when its answer was lost: it is known by its id, and its decisions by
 * edge and request id.
 */
export async function takeReport(edge: Edge, report: EdgeReport, requestId: string): Promise<void> {
  const stored = await acrossAccounts(systemScope('reports', requestId), async (tx) => {
    if ((await noteEdge(tx, edge, report)) === 'again') return null;
    const { successes, refusals, counts = [] } = report;
    const owners = await ownersOf(tx, [...successes, ...refusals, ...counts]);
    await noteSeen(tx, report, owners);
    await storeRefusals(tx, { edge, refusals, owners });
    await addCounts(tx, report, owners);
    return addDecisions(tx, decisionsOf(edge, report, owners));
  });
  if (stored === null) return;
  countVerdicts(report);
  if (stored > 0) decisionFeed().nudge();
}

/** What an edge says is bounded to the words that there are. */
function countVerdicts({ counts = [] }: EdgeReport): void {
  for (const { environment, listener, outcome, calls } of counts) {
    const known = outcome === 'passed' || Object.hasOwn(REFUSALS, outcome);
    metrics().verdicts.inc({ environment, listener, outcome: known ? outcome : 'other' }, calls);
  }
}

/** The row of the edge is held from here on, so that two copies of a report cannot be stored side by side. */
async function noteEdge(tx: Tx, edge: Edge, report: EdgeReport): Promise<'new' | 'again'> {
  const { reportId = null } = report;
  const now = currentTime();
  const number = BigInt(report.appliedNumber);
  const fresh = await tx.$executeRaw`
    UPDATE edge SET applied_number = ${number}, last_seen_at = ${now},
      lost = least(lost::bigint + ${report.lost}, 2147483647),
      last_report_id = coalesce(${reportId}::text, last_report_id)
    WHERE id = ${edge.id} AND last_report_id IS DISTINCT FROM coalesce(${reportId}::text, '')`;
  if (fresh > 0) return 'new';
  await tx.edge.update({
    where: { id: edge.id },
    data: { appliedNumber: number, lastSeenAt: now },
  });
  return 'again';
}

/** `tls` is null where only numbers are told. */
type Seen = { at: Date; clientId: string | null; tls: string | null };

/** First and last use of each certificate; the rows are locked in one order, since several edges report at once. */
async function noteSeen(tx: Tx, report: EdgeReport, owners: Owners): Promise<void> {
  const newest = new Map<string, Seen>();
  const note = (fingerprint: string, seen: Seen) => {
    const known = newest.get(fingerprint);
    if (known === undefined || known.at <= seen.at) newest.set(fingerprint, seen);
  };
  for (const one of report.firstSuccesses) {
    const seen = { at: new Date(one.at), clientId: null, tls: one.tlsVersion };
    note(one.fingerprint.toUpperCase(), seen);
  }
  for (const one of report.successes) {
    if (one.fingerprint === null) continue;
    const clientId = owners(one)?.apiClientId ?? null;
    const seen = { at: new Date(one.at), clientId, tls: one.tlsVersion ?? 'unknown' };
    note(one.fingerprint.toUpperCase(), seen);
  }
  for (const one of report.counts ?? []) {
    if (one.fingerprint === null || one.outcome !== 'passed') continue;
    const fingerprint = one.fingerprint.toUpperCase();
    const clientId = owners(one)?.apiClientId ?? null;
    const tls = newest.get(fingerprint)?.tls ?? null;
    note(fingerprint, { at: new Date(one.lastAt), clientId, tls });
  }
  if (newest.size === 0) return;
  const seen = [...newest].map(([fingerprint, { at, clientId, tls }]) => ({
    fingerprint,
    at: at.toISOString(),
    client: clientId,
    tls,
  }));
  await tx.$executeRaw`
    WITH seen AS (
      SELECT * FROM jsonb_to_recordset(${JSON.stringify(seen)}::jsonb)
        AS one(fingerprint text, at timestamptz, client text, tls text)
    ), held AS (
      SELECT c.id, seen.* FROM certificate c JOIN seen ON seen.fingerprint = c.sha256_fingerprint
      ORDER BY c.id FOR NO KEY UPDATE OF c
    )
    UPDATE certificate SET
      first_seen_at = coalesce(first_seen_at, held.at),
      last_seen_at = greatest(coalesce(last_seen_at, held.at), held.at),
      last_seen_client_id = CASE WHEN last_seen_at > held.at THEN last_seen_client_id ELSE held.client END,
      last_seen_tls = CASE WHEN last_seen_at > held.at THEN last_seen_tls ELSE coalesce(held.tls, last_seen_tls) END
    FROM held WHERE certificate.id = held.id`;
}

async function storeRefusals(
  tx: Tx,
  given: { edge: Edge; refusals: EdgeReport['refusals']; owners: Owners },
): Promise<void> {
  const { edge, owners } = given;
  await tx.refusedCall.createMany({
    skipDuplicates: true,
    data: given.refusals.map((one) => {
      const owner = owners(one);
      const at = new Date(one.at);
      return {
        id: idFrom('event', at.getTime(), sha256(`${edge.id}/${one.requestId}`)),
        accountId: owner?.accountId ?? null,
        edgeId: edge.id,
        at,
        environment: one.environment,
        listener: one.listener,
        code: one.code,
        requestId: one.requestId,
        certificateId: owner?.certificateId ?? null,
        apiClientId: owner?.apiClientId ?? null,
        fingerprint: one.fingerprint,
        sourceAddress: one.sourceAddress,
        userAgent: one.userAgent,
        sni: one.sni,
        tlsVersion: one.tlsVersion,
      };
    }),
  });
}

/** In the order in which they were made; what belongs to nobody is not among them. */
function decisionsOf(
  edge: Edge,
  report: EdgeReport,
  owners: Owners,
): Prisma.DecisionCreateManyInput[] {
  const passed = report.successes.map(({ count, ...one }) => ({
    ...one,
    outcome: 'passed',
    calls: count,
  }));
  const refused = report.refusals.map(({ code, sni: _sni, ...one }) => ({
    ...one,
    outcome: code,
    calls: 1,
    httpVersion: null,
  }));
  return [...passed, ...refused]
    .flatMap(({ nameHash, at, ...one }) => {
      const owner = owners({ nameHash, fingerprint: one.fingerprint });
      if (owner === null) return [];
      const { accountId, certificateId, apiClientId } = owner;
      const whose = { accountId, certificateId, apiClientId };
      return [{ ...one, ...whose, edgeId: edge.id, at: new Date(at) }];
    })
    .sort((a, b) => a.at.getTime() - b.at.getTime());
}
