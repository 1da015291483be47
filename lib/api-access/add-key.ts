/** A key enters the database. Its text is never in it, and is given out once. */
import { randomBytes } from 'node:crypto';
import { ACCOUNT_KEY_SCOPES, type KeyScope } from '@/lib/access/permissions';
import type { Actor } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { newId, sha256 } from '@/lib/platform/random';
import { newKeyText } from './key-text';

const SECRET_BYTES = 32;

export type NewKey = {
  /** Null: an operator's. */
  accountId: string | null;
  name: string;
  scopes: readonly KeyScope[];
  /** Null: all. */
  environment?: Environment | null;
  expiresAt?: Date | null;
  /** CIDR ranges; none: from anywhere. */
  networks?: readonly string[];
  /** The key that it takes over from. */
  replacesId?: string | null;
};
export type MadeKey = { id: string; key: string; scopes: KeyScope[] };

/**
 * Adds a key in the caller's transaction. @returns its text, which is never shown again
 * @throws AppError `invalid_request` for scopes that such a key cannot have; `not_found`
 */
export async function addApiKey(
  tx: Tx,
  by: { actor: Actor; requestId: string },
  input: NewKey,
): Promise<MadeKey> {
  const { accountId, name, environment = null, expiresAt = null, replacesId = null } = input;
  const scopes = allowedScopes(input);
  if (accountId !== null) await lockAccount(tx, accountId);
  const id = newId('apiKey');
  const prefix = id.slice(-12);
  const realm = accountId === null ? 'operator' : (environment ?? 'both');
  const { text, secret } = newKeyText(realm, prefix, randomBytes(SECRET_BYTES));
  const networks = [...(input.networks ?? [])];
  await tx.apiKey.create({
    data: {
      ...{ id, accountId, name, prefix, scopes, environment, expiresAt, networks, replacesId },
      secretHash: sha256(secret),
      createdAt: currentTime(),
      createdBy: by.actor.name,
    },
    select: { id: true },
  });
  await recordEvent(tx, {
    chain: accountId ?? DEPLOYMENT_CHAIN,
    actor: by.actor,
    requestId: by.requestId,
    action: replacesId === null ? 'api-key.created' : 'api-key.rotated',
    object: { kind: 'api_key', id },
    detail: {
      name,
      scopes,
      environment,
      networks,
      expiresAt: expiresAt?.toISOString() ?? null,
      ...(replacesId === null ? {} : { replacesId }),
    },
  });
  return { id, key: text, scopes };
}

function allowedScopes({ accountId, scopes }: NewKey): KeyScope[] {
  const allowed: readonly KeyScope[] = accountId === null ? ['operator'] : ACCOUNT_KEY_SCOPES;
  const known = allowed.filter((one) => scopes.includes(one));
  if (known.length > 0 && known.length === new Set(scopes).size) return known;
  throw new AppError('invalid_request', {
    detail: `A key ${accountId === null ? 'without an account' : 'of an account'} may have the scopes ${allowed.join(', ')}.`,
  });
}
