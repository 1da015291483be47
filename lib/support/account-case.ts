import {
  accountScope,
  authorizeDeployment,
  type DeploymentScope,
  type Principal,
} from '@/lib/access/scope';
import { recordLook } from '@/lib/audit/record-look';
import { environmentOf, statusOf } from '@/lib/certificates/view';
import type { AccountCase, CaseAccount, CaseCall, CaseCertificate } from '@/lib/contract/support';
import { enforcementsOf } from '@/lib/enforcement/read';
import { isEnvironment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { isId } from '@/lib/kernel/ids';
import { REFUSALS } from '@/lib/kernel/refusals';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { edgesBehind } from '@/lib/publishing/edge-lag';
import { isRefusal } from './calls';
import { FACT_DAYS, passedKinds, refusedKinds } from './connection-facts';
import { diagnose } from './diagnosis';
import { knownAccount } from './timeline';

const MOST_CERTIFICATES = 200;
const MOST_MEMBERS = 50;

/**
 * An account as support needs it: who it is, what it has, and why it cannot connect. The account's own people see in
 * its activity that somebody looked.
 * @throws AppError `not_found`, `forbidden`
 */
export async function accountCase(
  principal: Principal,
  accountId: unknown,
  found: { certificate?: string | undefined; call?: string | undefined } = {},
): Promise<AccountCase> {
  const scope = authorizeDeployment(principal, 'support.look');
  const id = knownAccount(accountId);
  const behind = await edgesBehind(principal);
  const read = await acrossAccounts(scope, async (tx) => {
    const account = await accountOf(tx, scope, id);
    const certificates = await certificatesOf(tx, id, found.certificate);
    const clients = await tx.apiClient.findMany({
      where: { accountId: id },
      orderBy: { name: 'asc' },
    });
    const now = currentTime().toISOString();
    const call = await callOf(tx, id, found.call);
    const diagnosis = diagnose({
      now,
      days: FACT_DAYS,
      suspended: account.suspendedAt !== null,
      plan: account.plan,
      certificates,
      environments: account.environments.map(({ environment, mode }) => ({
        environment,
        mode,
        mtlsHost: hostOf(deployment().edges[environment]?.mtlsUrl),
        standardHost: hostOf(deployment().edges[environment]?.standardUrl),
      })),
      apiClients: clients.map((row) => ({
        name: row.name,
        environment: environmentOf(row.environment),
        disabled: row.disabledAt !== null,
      })),
      refused: await refusedKinds(tx, id),
      passed: await passedKinds(tx, id),
      edgesBehind: behind.map((one) => one.edge),
      about: { certificateId: found.certificate ?? null, call },
    });
    return {
      account,
      certificates,
      diagnosis,
      found: {
        certificate: certificates.find((one) => one.id === found.certificate) ?? null,
        call,
      },
      now,
    };
  });
  await recordLook(scope, id, 'opened its page on the support desk');
  return read;
}

async function accountOf(tx: Tx, scope: DeploymentScope, id: string): Promise<CaseAccount> {
  const row = await tx.account.findUnique({
    where: { id },
    include: {
      parent: { select: { id: true, name: true } },
      memberships: { include: { person: true }, orderBy: { createdAt: 'asc' }, take: MOST_MEMBERS },
      _count: { select: { children: true } },
    },
  });
  if (!row) throw new AppError('not_found', { detail: 'There is no such account.' });
  const clients = await tx.apiClient.groupBy({
    by: ['environment'],
    where: { accountId: id, disabledAt: null },
    _count: true,
  });
  const live = await tx.slot.count({ where: { accountId: id, releasesAt: { gt: currentTime() } } });
  const enforcement = await enforcementsOf(tx, accountScope(scope, id, 'enforcement.read'));
  return {
    id,
    name: row.name,
    legalName: row.legalName,
    suspendedAt: row.suspendedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    parent: row.parent,
    below: row._count.children,
    plan: row.plan === 'none' ? 'none' : 'standard',
    liveLimit: row.liveLimit,
    liveCount: live,
    environments: enforcement.map(
      ({ environment, mode, inherited, changedAt, trial, suspension }) => ({
        environment,
        mode,
        inherited,
        since: changedAt,
        trialEndsAt: trial?.endsAt ?? null,
        suspendedUntil: suspension?.until ?? null,
        apiClients: clients.find((one) => one.environment === environment)?._count ?? 0,
      }),
    ),
    members: row.memberships.map(({ person, role, disabledAt }) => ({
      id: person.id,
      name: person.name,
      email: person.email,
      role,
      disabled: disabledAt !== null || person.disabledAt !== null,
    })),
  };
}

/** The newest, and the one that was looked for. */
async function certificatesOf(
  tx: Tx,
  accountId: string,
  wanted: string | undefined,
): Promise<CaseCertificate[]> {
  const include = {
    renewals: { select: { id: true, label: true }, orderBy: { createdAt: 'desc' }, take: 1 },
  } as const;
  const newest = await tx.certificate.findMany({
    where: { accountId },
    include,
    // Ids sort by time of making.
    orderBy: { id: 'desc' },
    take: MOST_CERTIFICATES,
  });
  const older =
    wanted === undefined || newest.some((row) => row.id === wanted)
      ? []
      : await tx.certificate.findMany({ where: { accountId, id: wanted }, include });
  const now = currentTime();
  return [...newest, ...older].map((row) => ({
    id: row.id,
    label: row.label,
    commonName: row.commonName,
    environment: environmentOf(row.environment),
    status: statusOf(row, now),
    serialHex: row.serialHex,
    sha256Fingerprint: row.sha256Fingerprint,
    notBefore: row.notBefore.toISOString(),
    notAfter: row.notAfter.toISOString(),
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokedBy: row.revokedBy,
    revocationReason: row.revocationReason,
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    lastSeenTls: row.lastSeenTls,
    replacedBy: row.renewals[0] ?? null,
  }));
}

async function callOf(tx: Tx, accountId: string, id: string | undefined): Promise<CaseCall | null> {
  if (!isId('event', id)) return null;
  const row = await tx.refusedCall.findFirst({ where: { id, accountId } });
  if (!row || !isRefusal(row.code) || !isEnvironment(row.environment)) return null;
  const edge = await tx.edge.findUnique({ where: { id: row.edgeId }, select: { name: true } });
  const { whatHappened, whatToDo } = REFUSALS[row.code];
  return {
    id: row.id,
    at: row.at.toISOString(),
    code: row.code,
    whatHappened,
    whatToDo,
    environment: row.environment,
    listener: row.listener === 'mtls' ? 'mtls' : 'standard',
    edge: edge?.name ?? 'an edge',
    requestId: row.requestId,
    fingerprint: row.fingerprint?.toUpperCase() ?? null,
    sourceAddress: row.sourceAddress,
    userAgent: row.userAgent,
    sni: row.sni,
    tlsVersion: row.tlsVersion,
  };
}

function hostOf(url: string | null | undefined): string | null {
  return url && URL.canParse(url) ? new URL(url).host : null;
}
