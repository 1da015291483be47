/** API keys by the operator's command line: of any account, or of operators. */
import type { DeploymentScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { addApiKey, type MadeKey, type NewKey } from './add-key';

/**
 * Makes a key and returns its text, which is never shown again. Without an account it is an operator's key.
 * @throws AppError `not_found`
 */
export async function createApiKey(scope: DeploymentScope, input: NewKey): Promise<MadeKey> {
  return acrossAccounts(scope, (tx) => addApiKey(tx, scope, input));
}

export type ListedKey = {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  environment: string | null;
  networks: string[];
  lastUsedAt: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
};

/** An account's keys, or, without an account, the operators'. Never their secrets. */
export async function keysOf(
  scope: DeploymentScope,
  accountId: string | null,
): Promise<ListedKey[]> {
  const rows = await acrossAccounts(scope, (tx) =>
    tx.apiKey.findMany({ where: { accountId }, orderBy: { createdAt: 'asc' } }),
  );
  return rows.map(({ id, name, prefix, scopes, environment, networks, ...row }) => ({
    ...{ id, name, prefix, scopes, environment, networks },
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  }));
}

/** Ends a key. A repeat changes nothing. @throws AppError `not_found` */
export async function disableApiKey(scope: DeploymentScope, id: string): Promise<void> {
  await acrossAccounts(scope, async (tx) => {
    const row = await tx.apiKey.findUnique({ where: { id } });
    if (!row)
      throw new AppError('not_found', { detail: 'There is no such API key. Check the id.' });
    const ended = await tx.apiKey.updateMany({
      where: { id, revokedAt: null },
      data: { revokedAt: currentTime() },
    });
    if (ended.count === 0) return;
    await recordEvent(tx, {
      chain: row.accountId ?? DEPLOYMENT_CHAIN,
      actor: scope.actor,
      requestId: scope.requestId,
      action: 'api-key.disabled',
      object: { kind: 'api_key', id },
      detail: { name: row.name },
    });
  });
}
