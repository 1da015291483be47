import { accountScope, type DeploymentScope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { recordEvent } from '@/lib/audit/record';
import type { ApiClientView } from '@/lib/contract/views';
import { apiClientNameHash } from '@/lib/edge/frames';
import { type Environment, isEnvironment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, inScope, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { newId } from '@/lib/platform/random';
import { recordChange } from '@/lib/publishing/changes';
import { publisher } from '@/lib/publishing/publisher';
import { apiClientView } from './view';

/**
 * Gives an account an API client; edges know it within a second.
 * @throws AppError `name_taken` (names are unique per environment), `not_found`, `account_suspended`
 */
export async function createApiClient(
  scope: DeploymentScope,
  input: { accountId: string; environment: Environment; name: string },
): Promise<ApiClientView> {
  const view = await acrossAccounts(scope, (tx) => addApiClient(tx, scope, input));
  publisher().nudge();
  return view;
}

/** The same inside a transaction of the caller, who nudges the publisher after commit. */
export async function addApiClient(
  tx: Tx,
  scope: DeploymentScope,
  input: { accountId: string; environment: Environment; name: string },
): Promise<ApiClientView> {
  const { accountId, environment, name } = input;
  await lockAccount(tx, accountId);
  const nameHash = new Uint8Array(apiClientNameHash(deployment().nameKey, environment, name));
  const added = await tx.apiClient.createMany({
    data: [
      { id: newId('apiClient'), accountId, environment, name, nameHash, createdAt: currentTime() },
    ],
    skipDuplicates: true,
  });
  if (added.count === 0) {
    throw new AppError('name_taken', {
      detail: `There is an API client named ${name} in ${environment} already. Names are unique per environment.`,
    });
  }
  const row = await tx.apiClient.findUniqueOrThrow({ where: { nameHash } });
  await recordEvent(tx, {
    chain: accountId,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'api-client.created',
    object: { kind: 'api_client', id: row.id },
    detail: { environment, name },
  });
  await recordChange(tx, {
    kind: 'api_client',
    nameHash: Buffer.from(nameHash).toString('hex'),
    accountId,
    environment,
  });
  return apiClientView(row);
}

export async function apiClientsOf(
  scope: DeploymentScope,
  accountId: string,
): Promise<ApiClientView[]> {
  const rows = await acrossAccounts(scope, (tx) =>
    tx.apiClient.findMany({ where: { accountId }, orderBy: { name: 'asc' } }),
  );
  return rows.map(apiClientView);
}

/**
 * Disables an API client: edges then refuse it as unknown. A repeat changes nothing.
 * @throws AppError `not_found`
 */
export async function disableApiClient(scope: DeploymentScope, id: string): Promise<ApiClientView> {
  const found = await acrossAccounts(scope, (tx) => tx.apiClient.findUnique({ where: { id } }));
  if (!found) {
    throw new AppError('not_found', { detail: 'There is no such API client. Check the id.' });
  }
  const inAccount = accountScope(scope, found.accountId, 'api-clients.read');
  const row = await inScope(inAccount, async (tx) => {
    await lockAccount(tx, found.accountId);
    const changed = await tx.apiClient.updateMany({
      where: { id, accountId: found.accountId, disabledAt: null },
      data: { disabledAt: currentTime() },
    });
    if (changed.count === 1 && isEnvironment(found.environment)) {
      await recordEvent(tx, {
        chain: found.accountId,
        actor: scope.actor,
        requestId: scope.requestId,
        action: 'api-client.disabled',
        object: { kind: 'api_client', id },
        detail: { environment: found.environment, name: found.name },
      });
      await recordChange(tx, {
        kind: 'api_client_removed',
        nameHash: Buffer.from(found.nameHash).toString('hex'),
      });
    }
    return tx.apiClient.findUniqueOrThrow({ where: { id } });
  });
  publisher().nudge();
  return apiClientView(row);
}
