/** Whom a bearer key stands for: whether it is one, is live, and may be used from where the request came from. */
import { z } from 'zod';
import { ACCOUNT_KEY_SCOPES } from '@/lib/access/permissions';
import { type DeploymentScope, type Principal, systemScope } from '@/lib/access/scope';
import { isEnvironment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS } from '@/lib/kernel/time';
import { isWithin } from '@/lib/platform/address-list';
import { currentTime } from '@/lib/platform/clock';
import { queryAcrossAccounts } from '@/lib/platform/database';
import { equalBytes, sha256 } from '@/lib/platform/random';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { keyParts } from './key-text';

/**
 * As things are at this moment. Who shows the whole text of a key is told why it is not taken; anybody else only that
 * it is not.
 * @param authorization the whole header, or null
 * @throws AppError `unauthenticated`, `network_not_allowed`
 */
export async function principalOfKey(
  authorization: string | null,
  { requestId, address }: RequestFacts,
): Promise<Principal> {
  if (authorization === null) {
    throw new AppError('unauthenticated', {
      detail: 'The request has no API key. Send it as "Authorization: Bearer csk_...".',
    });
  }
  const parts = keyParts(/^bearer +(\S+)$/i.exec(authorization.trim())?.[1] ?? '');
  const scope = systemScope('authentication', requestId);
  const row = parts ? await presentedKey(scope, parts.prefix) : null;
  const matches = equalBytes(sha256(parts?.secret ?? ''), row?.secretHash ?? new Uint8Array(32));
  if (!row || !matches || row.revokedAt) {
    throw new AppError('unauthenticated', {
      detail: 'The API key is not known here, or it was disabled. Check that it was copied whole.',
    });
  }
  mustNotHaveExpired(row);
  if (row.networks.length > 0 && !isWithin(address, row.networks)) {
    await noteRefusal(scope, row, address);
    throw new AppError('network_not_allowed', {
      detail: `This API key may not be used from ${address}. An admin of the account can change where from it may be used, by making another.`,
    });
  }
  await noteUse(scope, row, address);
  return {
    actor: { kind: 'api_key', id: row.id, name: row.name },
    account: row.accountId === null ? null : { id: row.accountId, suspended: row.suspended },
    roles: [],
    keyScopes: ([...ACCOUNT_KEY_SCOPES, 'operator'] as const).filter((one) =>
      row.scopes.includes(one),
    ),
    ...(isEnvironment(row.environment) ? { actsIn: row.environment } : {}),
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
  environment: z.string().nullable(),
  networks: z.array(z.string()),
  expiresAt: z.date().nullable(),
  revokedAt: z.date().nullable(),
  lastUsedAt: z.date().nullable(),
  refusedAt: z.date().nullable(),
  accountId: z.string().nullable(),
  suspended: z.boolean(),
});
type PresentedKey = z.infer<typeof PresentedKey>;

// Every request over REST begins with this.
async function presentedKey(scope: DeploymentScope, prefix: string): Promise<PresentedKey | null> {
  const [row] = await queryAcrossAccounts(
    scope,
    `SELECT k.id, k.name, k.secret_hash AS "secretHash", k.scopes, k.environment, k.networks,
       k.expires_at AS "expiresAt", k.revoked_at AS "revokedAt", k.last_used_at AS "lastUsedAt",
       k.refused_at AS "refusedAt", k.account_id AS "accountId", a.suspended_at IS NOT NULL AS suspended
     FROM api_key k LEFT JOIN account a ON a.id = k.account_id WHERE k.prefix = $1`,
    [prefix],
  );
  return row === undefined ? null : PresentedKey.parse(row);
}

function mustNotHaveExpired({ name, expiresAt }: PresentedKey): void {
  if (expiresAt === null || expiresAt > currentTime()) return;
  throw new AppError('unauthenticated', {
    detail: `The API key "${name}" expired at ${expiresAt.toISOString()}. An admin of the account makes another, under API keys.`,
  });
}

/** Once a minute is enough for people, and spares a write per request. */
async function noteUse(scope: DeploymentScope, row: PresentedKey, address: string): Promise<void> {
  if (isFresh(row.lastUsedAt)) return;
  const text = 'UPDATE api_key SET last_used_at = $2, last_used_address = $3 WHERE id = $1';
  await queryAcrossAccounts(scope, text, [row.id, currentTime().toISOString(), address]);
}

/** Whoever has the secret and is somewhere else may have stolen it: people are shown that. */
async function noteRefusal(
  scope: DeploymentScope,
  row: PresentedKey,
  address: string,
): Promise<void> {
  if (isFresh(row.refusedAt)) return;
  const text = 'UPDATE api_key SET refused_at = $2, refused_address = $3 WHERE id = $1';
  await queryAcrossAccounts(scope, text, [row.id, currentTime().toISOString(), address]);
}

function isFresh(at: Date | null): boolean {
  return at !== null && currentTime().getTime() - at.getTime() < MINUTE_MS;
}
