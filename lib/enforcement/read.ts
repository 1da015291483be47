import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import type { EnforcementConsequence, EnforcementView } from '@/lib/contract/views';
import { ENVIRONMENTS, type Environment, isEnvironment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';

export async function getEnforcement(
  principal: Principal,
  environment: Environment,
): Promise<EnforcementView> {
  const scope = authorize(principal, 'enforcement.read');
  mustBeEnvironment(environment);
  return inScope(scope, (tx) => enforcementOf(tx, scope, environment));
}

/** Per environment, what is enforced now and which API clients turning it on would reach. */
export async function enforcementConsequences(
  principal: Principal,
): Promise<EnforcementConsequence[]> {
  const scope = authorize(principal, 'enforcement.read');
  const { accountId } = scope;
  return inScope(scope, async (tx) => {
    const consequences: EnforcementConsequence[] = [];
    for (const enforcement of await enforcementsOf(tx, scope)) {
      const { environment } = enforcement;
      const certificates = await tx.certificate.findMany({
        where: { accountId, environment, revokedAt: null, notAfter: { gt: currentTime() } },
        select: { id: true, label: true, commonName: true, notAfter: true },
        orderBy: { notAfter: 'asc' },
      });
      const clients = await tx.apiClient.findMany({
        where: { accountId, environment, disabledAt: null },
        select: { name: true },
        orderBy: { name: 'asc' },
      });
      const edge = deployment().edges[environment];
      consequences.push({
        environment,
        enforcement,
        liveCertificates: certificates.map((row) => ({
          ...row,
          notAfter: row.notAfter.toISOString(),
        })),
        apiClients: clients.map((row) => row.name),
        mtlsUrl: edge?.mtlsUrl ?? null,
        standardUrl: edge?.standardUrl ?? null,
      });
    }
    return consequences;
  });
}

/** For values whose type is only claimed. @throws AppError `not_found` */
export function mustBeEnvironment(environment: unknown): asserts environment is Environment {
  if (isEnvironment(environment)) return;
  throw new AppError('not_found', {
    detail: `There is no such environment. There are ${ENVIRONMENTS.join(' and ')}.`,
  });
}

/** The mode in force: the account's own, or `enforce` when a parent's policy says so. */
export async function enforcementOf(
  tx: Tx,
  scope: Scope,
  environment: Environment,
): Promise<EnforcementView> {
  const all = await enforcementsOf(tx, scope);
  const found = all.find((one) => one.environment === environment);
  if (!found) throw new Error(`no enforcement of ${environment}`);
  return found;
}

/** As `enforcementOf`, of every environment in its order. */
export async function enforcementsOf(tx: Tx, scope: Scope): Promise<EnforcementView[]> {
  const { accountId } = scope;
  const rows = await tx.enforcement.findMany({ where: { accountId } });
  const above = await tx.$queryRaw<{ environment: string; enforced: boolean }[]>`
    SELECT environment, countersign_enforced_above(${accountId}, environment) AS enforced
    FROM unnest(${[...ENVIRONMENTS]}::text[]) AS environment`;
  return ENVIRONMENTS.map((environment) => {
    const own = rows.find((row) => row.environment === environment);
    const ownMode = own?.mode === 'enforce' ? 'enforce' : 'off';
    const enforcedAbove = above.some((row) => row.environment === environment && row.enforced);
    const inherited = ownMode === 'off' && enforcedAbove;
    return {
      environment,
      mode: inherited ? 'enforce' : ownMode,
      inherited,
      changedAt: own?.changedAt.toISOString() ?? null,
      changedBy: own?.changedBy ?? null,
    };
  });
}
