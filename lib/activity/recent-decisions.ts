import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import type { DecisionView, Listening, LiveStart, RefusalWords } from '@/lib/contract/live';
import { type Environment, isEnvironment } from '@/lib/kernel/environments';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';
import { MINUTE_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { newestSequence } from './queries';

/** An edge that said nothing for this long is not listening. */
const SEEN_WITHIN_MS = MINUTE_MS;
const READ_AT_ONCE = 50;

/** What the live panel of one environment shows before anything arrives, and where its stream goes on. */
export async function liveStart(
  principal: Principal,
  environment: Environment,
): Promise<LiveStart> {
  const scope = authorize(principal, 'activity.read');
  return inScope(scope, async (tx) => {
    // Before the rows: what is decided in between then comes twice, rather than never.
    const after = await newestSequence(tx);
    const latest = await readDecisions(tx, scope, { environment, take: READ_AT_ONCE });
    return {
      environment,
      listening: await listeningEdges(tx),
      latest: latest.reverse(),
      after: after.toString(),
      now: currentTime().toISOString(),
    };
  });
}

/** The decisions after `sequence`, oldest first; of very many the newest, and `missed`. */
export async function decisionsAfter(
  scope: Scope,
  wanted: { environment: Environment; sequence: bigint },
): Promise<{ decisions: DecisionView[]; missed: 'none' | 'some' }> {
  return inScope(scope, async (tx) => {
    const decisions = await readDecisions(tx, scope, { ...wanted, take: READ_AT_ONCE + 1 });
    const missed = decisions.length > READ_AT_ONCE ? 'some' : 'none';
    return { decisions: decisions.slice(-READ_AT_ONCE), missed };
  });
}

/** The edges that are connected now. */
export async function listeningNow(scope: Scope): Promise<Listening> {
  return inScope(scope, listeningEdges);
}

async function listeningEdges(tx: Tx): Promise<Listening> {
  const rows = await tx.edge.findMany({
    where: {
      revokedAt: null,
      lastSeenAt: { gt: new Date(currentTime().getTime() - SEEN_WITHIN_MS) },
    },
    select: { name: true },
    orderBy: { name: 'asc' },
  });
  return { edges: rows.map(({ name }) => name) };
}

async function readDecisions(
  tx: Tx,
  { accountId }: Scope,
  wanted: { environment: Environment; sequence?: bigint; take: number },
): Promise<DecisionView[]> {
  const { environment, sequence, take } = wanted;
  const rows = await tx.decision.findMany({
    where: {
      accountId,
      // Who used the other environment's host looks for the call on the page of either.
      OR: [{ environment }, { outcome: 'wrong_environment' }],
      ...(sequence === undefined ? {} : { sequence: { gt: sequence } }),
    },
    orderBy: { sequence: 'desc' },
    take,
  });
  const certificates = await tx.certificate.findMany({
    where: { accountId, id: { in: rows.flatMap((row) => row.certificateId ?? []) } },
    select: { id: true, label: true, serialHex: true, notAfter: true },
  });
  const clients = await tx.apiClient.findMany({
    where: { accountId, id: { in: rows.flatMap((row) => row.apiClientId ?? []) } },
    select: { id: true, name: true },
  });
  const edges = await tx.edge.findMany({
    where: { id: { in: rows.map((row) => row.edgeId) } },
    select: { id: true, name: true },
  });
  const byId = new Map(certificates.map((row) => [row.id, row]));
  const clientNames = new Map(clients.map((row) => [row.id, row.name]));
  const edgeNames = new Map(edges.map((row) => [row.id, row.name]));
  return rows.reverse().flatMap((row) => {
    const refusal = refusalOf(row.outcome);
    if (refusal === undefined || !isEnvironment(row.environment)) return [];
    const certificate = byId.get(row.certificateId ?? '');
    return {
      sequence: row.sequence.toString(),
      at: row.at.toISOString(),
      environment: row.environment,
      listener: row.listener === 'mtls' ? ('mtls' as const) : ('standard' as const),
      edge: edgeNames.get(row.edgeId) ?? 'an edge',
      refusal,
      calls: row.calls,
      certificate: certificate
        ? { ...certificate, notAfter: certificate.notAfter.toISOString() }
        : null,
      fingerprint: row.fingerprint?.toUpperCase() ?? null,
      apiClientName: clientNames.get(row.apiClientId ?? '') ?? null,
      tlsVersion: row.tlsVersion,
      httpVersion: row.httpVersion,
      sourceAddress: row.sourceAddress,
      userAgent: row.userAgent,
      requestId: row.requestId,
    };
  });
}

/** Undefined for a code that this version does not know. */
function refusalOf(outcome: string): RefusalWords | null | undefined {
  if (outcome === 'passed') return null;
  if (!isRefusal(outcome)) return undefined;
  const { status, title, whatHappened, whatToDo } = REFUSALS[outcome];
  return { code: outcome, status, title, whatHappened, whatToDo };
}

function isRefusal(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS, code);
}
