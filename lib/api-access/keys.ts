/**
 * API keys: `csk_<prefix>_<secret>`. The prefix finds the row; the secret, 256 bits, is compared by its SHA-256.
 */
import { z } from 'zod';
import { ACCOUNT_KEY_SCOPES, type KeyScope } from '@/lib/access/permissions';
import { type DeploymentScope, type Principal, systemScope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, queryAcrossAccounts, type Tx } from '@/lib/platform/database';
import { equalBytes, newId, newSecret, sha256 } from '@/lib/platform/random';

const KEY_TEXT = /^csk_([0-9a-z]{12})_([A-Za-z0-9_-]{43})$/;

export type MadeKey = { id: string; key: string; scopes: KeyScope[] };

/**
 * Makes a key and returns its text, which is never shown again. Without an account it is an operator's key.
 * @throws AppError `not_found`
 */
export async function createApiKey(
  scope: DeploymentScope,
  input: { accountId: string | null; name: string; scopes: KeyScope[] },
): Promise<MadeKey> {
  return acrossAccounts(scope, (tx) => addApiKey(tx, scope, input));
}

/** The same inside a transaction of the caller. */
export async function addApiKey(
  tx: Tx,
  scope: DeploymentScope,
  input: { accountId: string | null; name: string; scopes: KeyScope[] },
): Promise<MadeKey> {
  const { accountId, name } = input;
  const allowed: readonly KeyScope[] = accountId === null ? ['operator'] : ACCOUNT_KEY_SCOPES;
  const scopes = input.scopes.filter((one) => allowed.includes(one));
  if (scopes.length === 0 || scopes.length !== input.scopes.length) {
    throw new AppError('invalid_request', {
      detail: `A key ${accountId === null ? 'without an account' : 'of an account'} may have the scopes ${allowed.join(', ')}.`,
    });
  }
  if (accountId !== null) await lockAccount(tx, accountId);
  const id = newId('apiKey');
  const prefix = id.slice(-12);
  const secret = newSecret();
  await tx.apiKey.create({
    data: {
      id,
      accountId,
      name,
      prefix,
      secretHash: sha256(secret),
      scopes,
      createdAt: currentTime(),
    },
  });
  await recordEvent(tx, {
    chain: accountId ?? DEPLOYMENT_CHAIN,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'api-key.created',
    object: { kind: 'api_key', id },
    detail: { name, scopes },
  });
  return { id, key: `csk_${prefix}_${secret}`, scopes };
}

export type ListedKey = {
  id: string;
  name: string;
  prefix: string;
  scopes: string[];
  lastUsedAt: string | null;
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
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    prefix: `csk_${row.prefix}`,
    scopes: row.scopes,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
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

/**
 * Who a bearer key stands for, as things are at this moment.
 * @param authorization the whole header, or null
 * @throws AppError `unauthenticated`; the same words for every reason
 */
export async function principalOfKey(
  authorization: string | null,
  requestId: string,
): Promise<Principal> {
  if (authorization === null) {
    throw new AppError('unauthenticated', {
      detail: 'The request has no API key. Send it as "Authorization: Bearer csk_...".',
    });
  }
  const text = /^bearer +(\S+)$/i.exec(authorization.trim())?.[1] ?? '';
  const [, prefix, secret] = KEY_TEXT.exec(text) ?? [];
  const scope = systemScope('authentication', requestId);
  const row = prefix ? await presentedKey(scope, prefix) : null;
  const matches = equalBytes(sha256(secret ?? ''), row?.secretHash ?? new Uint8Array(32));
  if (!row || !matches || row.revokedAt) {
    throw new AppError('unauthenticated', {
      detail: 'The API key is not known here, or it was disabled. Check that it was copied whole.',
    });
  }
  await noteUse(scope, row);
  return {
    actor: { kind: 'api_key', id: row.id, name: row.name },
    account: row.accountId === null ? null : { id: row.accountId, suspended: row.suspended },
    roles: [],
    keyScopes: ([...ACCOUNT_KEY_SCOPES, 'operator'] as const).filter((one) =>
      row.scopes.includes(one),
    ),
    authenticatedAt: null,
    askedAt: currentTime(),
    requestId,
  };
}

const PresentedKey = z.object({
  id: z.string(),
  name: z.string(),
  secretHash: z.instanceof(Uint8Array),
  scopes: z.array(z.string()),
  revokedAt: z.date().nullable(),
  lastUsedAt: z.date().nullable(),
  accountId: z.string().nullable(),
  suspended: z.boolean(),
});

// Every request over REST begins with this.
async function presentedKey(scope: DeploymentScope, prefix: string) {
  const [row] = await queryAcrossAccounts(
    scope,
    `SELECT k.id, k.name, k.secret_hash AS "secretHash", k.scopes, k.revoked_at AS "revokedAt",
       k.last_used_at AS "lastUsedAt", k.account_id AS "accountId", a.suspended_at IS NOT NULL AS suspended
     FROM api_key k LEFT JOIN account a ON a.id = k.account_id WHERE k.prefix = $1`,
    [prefix],
  );
  return row === undefined ? null : PresentedKey.parse(row);
}

/** Once a minute is enough for people, and spares a write per request. */
async function noteUse(
  scope: DeploymentScope,
  row: { id: string; lastUsedAt: Date | null },
): Promise<void> {
  const now = currentTime();
  if (row.lastUsedAt && now.getTime() - row.lastUsedAt.getTime() < MINUTE_MS) return;
  const text = 'UPDATE api_key SET last_used_at = $2 WHERE id = $1';
  await queryAcrossAccounts(scope, text, [row.id, now.toISOString()]);
}
