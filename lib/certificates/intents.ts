/**
 * The durable half of issuing: a slot and an intent are taken under the account's lock, before anything is signed.
 */
import type { Intent } from '@/generated/prisma/client';
import type { Scope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { requirePlan } from '@/lib/accounts/plan';
import { recordEvent } from '@/lib/audit/record';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { requestedEvent } from './records';

/** How long one process may work on an intent before another may take it over. */
export const LEASE_MS = 30 * SECOND_MS;
/** A pending intent that nobody finished is void after this, and its slot free. */
export const PENDING_MS = 15 * MINUTE_MS;

export type PlannedIntent = {
  id: string;
  environment: Environment;
  issuerId: string;
  serialHex: string;
  spkiSha256: string;
  tbsDer: Uint8Array<ArrayBuffer>;
  tbsSha256: string;
  notAfter: Date;
  label: string;
  createdAt: Date;
  idempotencyKey: string | null;
  requestSha256: string;
  /** The certificate that this one renews. */
  replacesId: string | null;
};

/** The key was reported as compromised; thrown, so that nothing is claimed. */
export class KeyBlocked extends Error {}

export type Taken =
  | { kind: 'taken' }
  /** The request was made before; whoever took it is at work, or done. */
  | { kind: 'repeat'; intent: Intent }
  /** It was made before and could not be signed then; it is now this caller's to finish. */
  | { kind: 'resumed'; intent: Intent };

/**
 * Takes a slot and writes the intent, or finds that this very request was made before: by its Idempotency-Key, or,
 * where the signer was away, by its public key, its environment and the certificate that it renews.
 * @throws AppError `plan_required`, `live_limit_reached`, `public_key_in_use`, `idempotency_conflict`; KeyBlocked
 */
export async function takeSlot(tx: Tx, scope: Scope, planned: PlannedIntent): Promise<Taken> {
  const account = await lockAccount(tx, scope.accountId);
  const now = currentTime();
  const earlier = await earlierIntent(tx, scope, planned, now);
  if (earlier) return resumed(tx, earlier, planned, now);
  await requirePlan(tx, scope.accountId);
  await claimPublicKey(tx, scope, planned.spkiSha256, now);
  const slot = await freeSlot(tx, scope, account.liveLimit, now);
  await tx.intent.create({
    data: {
      ...planned,
      accountId: scope.accountId,
      actor: { ...scope.actor },
      requestId: scope.requestId,
      state: 'pending',
      leaseUntil: leaseEnd(now),
    },
  });
  await tx.slot.create({
    data: {
      accountId: scope.accountId,
      slot,
      intentId: planned.id,
      releasesAt: new Date(now.getTime() + PENDING_MS),
    },
  });
  await recordEvent(tx, requestedEvent(scope, planned, slot));
  return { kind: 'taken' };
}

async function resumed(
  tx: Tx,
  intent: Intent,
  { idempotencyKey, requestSha256 }: PlannedIntent,
  now: Date,
): Promise<Taken> {
  // Whoever is at work on it: what is answered under a key is from then on the answer to that key.
  if (intent.idempotencyKey === null && idempotencyKey !== null) {
    const data = { idempotencyKey, requestSha256 };
    await tx.intent.update({ where: { id: intent.id }, data });
  }
  const free = intent.state === 'pending' && intent.releasedAt !== null && intent.leaseUntil <= now;
  if (!free) return { kind: 'repeat', intent };
  const leaseUntil = leaseEnd(now);
  await tx.intent.update({ where: { id: intent.id }, data: { leaseUntil } });
  return { kind: 'resumed', intent };
}

/** Lets go of an intent that could not be signed: anybody may go on with it at once. */
export async function releaseIntent(tx: Tx, id: string): Promise<void> {
  const now = currentTime();
  await tx.intent.updateMany({
    where: { id, state: 'pending' },
    data: { leaseUntil: now, releasedAt: now },
  });
}

/** Until when whoever takes an intent now has it for himself. */
export function leaseEnd(now: Date): Date {
  return new Date(now.getTime() + LEASE_MS);
}

/** When a pending intent is given up and its slot free. */
export function voidAt({ createdAt }: { createdAt: Date }): Date {
  return new Date(createdAt.getTime() + PENDING_MS);
}

async function earlierIntent(
  tx: Tx,
  scope: Scope,
  planned: PlannedIntent,
  now: Date,
): Promise<Intent | null> {
  const { environment, spkiSha256 } = planned;
  const kept = await tx.intent.findFirst({
    where: {
      accountId: scope.accountId,
      environment,
      spkiSha256,
      state: 'pending',
      releasedAt: { not: null },
      replacesId: planned.replacesId,
      createdAt: { gt: new Date(now.getTime() - PENDING_MS) },
    },
    orderBy: { id: 'asc' },
  });
  if (planned.idempotencyKey === null) return kept;
  const named = await tx.intent.findUnique({
    where: {
      accountId_idempotencyKey: {
        accountId: scope.accountId,
        idempotencyKey: planned.idempotencyKey,
      },
    },
  });
  if (named && named.requestSha256 !== planned.requestSha256) {
    throw new AppError('idempotency_conflict', {
      detail:
        'This Idempotency-Key was used before with another body. Use a new key for a new request.',
    });
  }
  // One that another key names is the answer to that key alone: else this key's retry would be issued a second one.
  return named ?? (kept?.idempotencyKey === null ? kept : null);
}

async function claimPublicKey(tx: Tx, scope: Scope, spkiSha256: string, now: Date): Promise<void> {
  await tx.$executeRaw`INSERT INTO public_key (spki_sha256, account_id, created_at)
    VALUES (${spkiSha256}, ${scope.accountId}, ${now}) ON CONFLICT DO NOTHING`;
  // Row-level security hides a foreign row, so a key of another account looks like no key at all. Asked after the claim,
  // which waits for whoever is blocking a key that nobody holds.
  const rows = await tx.$queryRaw<{ own: boolean; blocked: boolean }[]>`
    SELECT countersign_key_blocked(${spkiSha256}) AS blocked, EXISTS (SELECT 1 FROM public_key
      WHERE spki_sha256 = ${spkiSha256} AND account_id = ${scope.accountId}) AS own`;
  if (rows[0]?.blocked) throw new KeyBlocked('the key is never taken again');
  if (rows[0]?.own) return;
  throw new AppError('public_key_in_use', {
    detail:
      'This public key cannot be used. Make a new key pair and a new signing request from it.',
  });
}

async function freeSlot(tx: Tx, scope: Scope, limit: number, now: Date): Promise<number> {
  const { accountId } = scope;
  const lapsed = await tx.slot.findMany({
    where: { accountId, releasesAt: { lte: now } },
    include: { intent: true },
  });
  for (const { intent, slot } of lapsed) {
    if (intent.state === 'pending') await voidIntent(tx, intent, 'nobody finished it in time');
    else await tx.slot.delete({ where: { accountId_slot: { accountId, slot } } });
  }
  const used = await tx.slot.findMany({
    where: { accountId },
    include: { intent: { include: { certificate: true } } },
    orderBy: { slot: 'asc' },
  });
  if (used.length >= limit) throw limitReached(used, limit);
  const taken = new Set(used.map((row) => row.slot));
  let slot = 1;
  while (taken.has(slot)) slot += 1;
  return slot;
}

/** Gives the intent up and frees its slot: nothing signed for it may ever be stored. The caller holds the account's lock. */
export async function voidIntent(tx: Tx, intent: Intent, why: string): Promise<void> {
  await tx.intent.update({
    where: { id: intent.id },
    data: { state: 'void', idempotencyKey: null },
  });
  await tx.slot.deleteMany({ where: { intentId: intent.id } });
  await recordEvent(tx, {
    chain: intent.accountId,
    actor: { kind: 'system', id: 'recovery', name: 'recovery' },
    requestId: intent.requestId,
    action: 'certificate.request-voided',
    object: { kind: 'intent', id: intent.id },
    detail: { why, serialHex: intent.serialHex },
  });
}

function limitReached(
  used: {
    slot: number;
    intent: {
      environment: string;
      label: string;
      certificate: {
        id: string;
        label: string;
        commonName: string;
        notAfter: Date;
        lastSeenAt: Date | null;
      } | null;
    };
  }[],
  limit: number,
): AppError {
  const retirable = used.flatMap(({ slot, intent }) =>
    intent.certificate
      ? [
          {
            id: intent.certificate.id,
            slot,
            label: intent.certificate.label,
            commonName: intent.certificate.commonName,
            environment: intent.environment,
            notAfter: intent.certificate.notAfter.toISOString(),
            lastSeenAt: intent.certificate.lastSeenAt?.toISOString() ?? null,
          },
        ]
      : [],
  );
  return new AppError('live_limit_reached', {
    detail: `All ${limit} slots of this account are in use. Revoke a certificate you no longer need, then issue again.`,
    members: { limit, retirable },
  });
}
