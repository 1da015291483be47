/** The API keys of an account, as its people make, look at, rotate and end them. */
import type { Prisma } from '@/generated/prisma/client';
import { ACCOUNT_KEY_SCOPES } from '@/lib/access/permissions';
import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { recordEvent } from '@/lib/audit/record';
import {
  type ApiKeyView,
  type ApiKeyWish,
  MAX_EXPIRY_DAYS,
  MAX_NETWORKS,
} from '@/lib/contract/api-keys';
import { isEnvironment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { idPattern, isId } from '@/lib/kernel/ids';
import { DAY_MS, HOUR_MS } from '@/lib/kernel/time';
import { addressList } from '@/lib/platform/address-list';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { keyOf, type Page, type PageQuery, pageOf } from '@/lib/platform/page';
import { addApiKey } from './add-key';
import { SHOWN, type ShownKey, viewOf } from './key-view';

/** Its text is in here and nowhere else. */
export type KeyMade = { key: string; view: ApiKeyView };

/** Newest first, those that ended too. @param page.limit 1 to 100 */
export async function listApiKeys(
  principal: Principal,
  page: PageQuery = { limit: 50 },
): Promise<Page<ApiKeyView>> {
  const scope = authorize(principal, 'api-keys.read');
  const [before] = keyOf(page.cursor, [idPattern('apiKey')]) ?? [];
  const rows = await inScope(scope, (tx) =>
    tx.apiKey.findMany({
      where: { accountId: scope.accountId, ...(before ? { id: { lt: before } } : {}) },
      select: SHOWN,
      orderBy: { id: 'desc' },
      take: page.limit + 1,
    }),
  );
  const { items, nextCursor } = pageOf(rows, page.limit, (row) => [row.id]);
  const now = currentTime();
  return { items: items.map((row) => viewOf(row, now)), nextCursor };
}

/** @throws AppError `not_found` */
export async function getApiKey(principal: Principal, id: string): Promise<ApiKeyView> {
  const scope = authorize(principal, 'api-keys.read');
  return inScope(scope, async (tx) => viewOf(await found(tx, scope, id), currentTime()));
}

/**
 * Makes a key; what it may do cannot be changed afterwards.
 * @throws AppError `invalid_request` for an end that is past or too far, and for networks that are none
 */
export async function makeApiKey(principal: Principal, wish: ApiKeyWish): Promise<KeyMade> {
  const scope = authorize(principal, 'api-keys.manage');
  const { name, scopes, environment, expiresAt } = wish;
  mustLieAhead(expiresAt);
  const networks = networksOf(wish.networks);
  return inScope(scope, async (tx) => {
    const { accountId } = scope;
    const made = await addApiKey(tx, scope, {
      ...{ accountId, name, scopes, environment, expiresAt, networks },
    });
    return { key: made.key, view: viewOf(await found(tx, scope, made.id), currentTime()) };
  });
}

/**
 * Makes a key like this one, which ends after the overlap, or earlier where it would have anyway. The new one lasts as
 * long as the old one was made for.
 * @throws AppError `not_found`, `invalid_request` where it has ended or was rotated before
 */
export async function rotateApiKey(
  principal: Principal,
  id: string,
  overlapHours: number,
): Promise<KeyMade> {
  const scope = authorize(principal, 'api-keys.manage');
  return inScope(scope, async (tx) => {
    await lockAccount(tx, scope.accountId);
    const now = currentTime();
    const old = await found(tx, scope, id);
    mustBeRotatable(viewOf(old, now));
    const lasts = old.expiresAt ? old.expiresAt.getTime() - old.createdAt.getTime() : null;
    const made = await addApiKey(tx, scope, {
      accountId: scope.accountId,
      name: old.name,
      scopes: ACCOUNT_KEY_SCOPES.filter((one) => old.scopes.includes(one)),
      environment: isEnvironment(old.environment) ? old.environment : null,
      expiresAt: lasts === null ? null : new Date(now.getTime() + lasts),
      networks: old.networks,
      replacesId: old.id,
    });
    const overlapEnds = new Date(now.getTime() + overlapHours * HOUR_MS);
    const ends = old.expiresAt && old.expiresAt < overlapEnds ? old.expiresAt : overlapEnds;
    await tx.apiKey.updateMany({ where: own(scope, id), data: { expiresAt: ends } });
    return { key: made.key, view: viewOf(await found(tx, scope, made.id), now) };
  });
}

/**
 * Ends a key at once. A repeat changes nothing.
 * @param typed its name, which is asked for where the key was used in the last 24 hours
 * @throws AppError `not_found`, `confirmation_required`
 */
export async function revokeApiKey(
  principal: Principal,
  id: string,
  typed: string,
): Promise<ApiKeyView> {
  const scope = authorize(principal, 'api-keys.manage');
  return inScope(scope, async (tx) => {
    await lockAccount(tx, scope.accountId);
    const before = viewOf(await found(tx, scope, id), currentTime());
    if (isInUse(before, currentTime()) && typed.trim() !== before.name) {
      throw new AppError('confirmation_required', {
        detail: `Type ${before.name} to confirm: calls came with it in the last 24 hours. Nothing was revoked.`,
      });
    }
    const ended = await tx.apiKey.updateMany({
      where: { ...own(scope, id), revokedAt: null },
      data: { revokedAt: currentTime() },
    });
    if (ended.count === 1) {
      await recordEvent(tx, {
        chain: scope.accountId,
        actor: scope.actor,
        requestId: scope.requestId,
        action: 'api-key.disabled',
        object: { kind: 'api_key', id },
        detail: { name: before.name },
      });
    }
    return viewOf(await found(tx, scope, id), currentTime());
  });
}

/** Whether revoking it now would probably stop something. */
export function isInUse({ state, lastUsed }: ApiKeyView, now: Date): boolean {
  const live = state !== 'expired' && state !== 'revoked';
  return live && lastUsed !== null && now.getTime() - Date.parse(lastUsed.at) < DAY_MS;
}

async function found(tx: Tx, scope: Scope, id: string): Promise<ShownKey> {
  const row = isId('apiKey', id)
    ? await tx.apiKey.findFirst({ where: own(scope, id), select: SHOWN })
    : null;
  if (row) return row;
  throw new AppError('not_found', { detail: 'There is no such API key. Check the id.' });
}

function own({ accountId }: Scope, id: string): Prisma.ApiKeyWhereInput {
  return { id, accountId };
}

function mustBeRotatable({ state, expiresAt }: ApiKeyView): void {
  if (state === 'live' || state === 'expiring') return;
  const why = {
    ending: `was rotated before and works until ${expiresAt}. Rotate the one that replaces it`,
    expired: 'has expired. Make a new one',
    revoked: 'was revoked. Make a new one',
  }[state];
  throw new AppError('invalid_request', { detail: `This key ${why}.` });
}

function mustLieAhead(expiresAt: Date | null): void {
  if (expiresAt === null) return;
  const ahead = expiresAt.getTime() - currentTime().getTime();
  if (ahead > 0 && ahead <= (MAX_EXPIRY_DAYS + 1) * DAY_MS) return;
  throw new AppError('invalid_request', {
    detail: `The key would expire on ${expiresAt.toISOString().slice(0, 10)}. Choose a day that lies ahead, by at most ${MAX_EXPIRY_DAYS / 365} years.`,
  });
}

function networksOf(text: string): string[] {
  try {
    const networks = addressList(text);
    if (networks.length <= MAX_NETWORKS) return networks;
  } catch (error) {
    throw new AppError('invalid_request', {
      detail: `Networks: ${error instanceof Error ? error.message : 'these are none'}.`,
      cause: error,
    });
  }
  throw new AppError('invalid_request', { detail: `At most ${MAX_NETWORKS} networks are taken.` });
}
