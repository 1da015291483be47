/**
 * The answer to a repeated POST: the reply to the first is kept for a day, by the caller's account, the operation and
 * the Idempotency-Key. Only what was done is kept: a request that failed changed nothing and may be tried again.
 */
import { z } from 'zod';
import type { DeploymentScope, Scope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, inScope, type Tx } from '@/lib/platform/database';
import { equalBytes, sha256 } from '@/lib/platform/random';

// Longer than any request: after it, whoever was at work is taken to have died.
const LEASE_MS = MINUTE_MS;
const RETRY_AFTER_SECONDS = 1;

export type KeptReply = { status: number; body: string; headers: Record<string, string> };
export type Repeatable = {
  /** What the caller may do; an account's, or an operator's. */
  scope: Scope | DeploymentScope;
  operation: string;
  key: string;
  /** All that was asked for. */
  request: unknown;
};

/**
 * Does `work` once for a key. @returns its reply, and whether it is that of an earlier request
 * @throws AppError `idempotency_conflict` where the key was used for another request, `idempotency_in_progress` while
 *   the first is under way; what `work` throws
 * @see draft-ietf-httpapi-idempotency-key-header-07, 2.6 and 2.7
 */
export async function onceForKey(
  asked: Repeatable,
  work: () => Promise<KeptReply>,
): Promise<{ reply: KeptReply; replayed: boolean }> {
  const { scope } = asked;
  const digest = digestOf([accountOf(scope) ?? 'deployment', asked.operation, asked.key]);
  const requestSha256 = digestOf([asked.operation, asked.request]);
  const kept = await within(scope, (tx) => claim(tx, scope, digest, requestSha256));
  if (kept) return { reply: kept, replayed: true };
  try {
    const reply = await work();
    await within(scope, (tx) =>
      tx.idempotencyRecord.update({
        where: { digest },
        data: { ...reply },
        select: { digest: true },
      }),
    );
    return { reply, replayed: false };
  } catch (error) {
    // Should this fail too, the lease ends by itself.
    await within(scope, (tx) =>
      tx.idempotencyRecord.deleteMany({ where: { digest, status: null } }),
    ).catch(() => undefined);
    throw error;
  }
}

/** Takes the key for this request. @returns the reply that is kept under it, or null: it is this caller's to do */
async function claim(
  tx: Tx,
  scope: Scope | DeploymentScope,
  digest: Uint8Array<ArrayBuffer>,
  requestSha256: Uint8Array<ArrayBuffer>,
): Promise<KeptReply | null> {
  const now = currentTime();
  const leaseUntil = new Date(now.getTime() + LEASE_MS);
  const made = await tx.$executeRaw`
    INSERT INTO idempotency_record (digest, account_id, request_sha256, lease_until, created_at)
    VALUES (${digest}, ${accountOf(scope)}, ${requestSha256}, ${leaseUntil}, ${now})
    ON CONFLICT (digest) DO NOTHING`;
  if (made === 1) return null;
  const row = await tx.idempotencyRecord.findUnique({ where: { digest } });
  if (row && !equalBytes(row.requestSha256, requestSha256)) {
    throw new AppError('idempotency_conflict', {
      detail:
        'This Idempotency-Key was used before for another request. Use a new key for a new request.',
    });
  }
  if (row?.status && row.body !== null) {
    const headers = z.record(z.string(), z.string()).parse(row.headers ?? {});
    return { status: row.status, body: row.body, headers };
  }
  const lapsed = await tx.idempotencyRecord.updateMany({
    where: { digest, status: null, leaseUntil: { lte: now } },
    data: { leaseUntil },
  });
  if (lapsed.count === 1) return null;
  throw new AppError('idempotency_in_progress', {
    detail:
      'The first request with this Idempotency-Key is still under way. Repeat this one in a second for its answer.',
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}

function within<T>(scope: Scope | DeploymentScope, work: (tx: Tx) => Promise<T>): Promise<T> {
  return 'accountId' in scope ? inScope(scope, work) : acrossAccounts(scope, work);
}

function accountOf(scope: Scope | DeploymentScope): string | null {
  return 'accountId' in scope ? scope.accountId : null;
}

function digestOf(value: unknown): Uint8Array<ArrayBuffer> {
  return sha256(JSON.stringify(value));
}
