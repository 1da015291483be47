/** Finishes what a crash, or a signer that was away, left between intent and certificate. */
import type { Intent } from '@/generated/prisma/client';
import { type Actor, accountScope, type DeploymentScope, systemScope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { log } from '@/lib/platform/log';
import { traced } from '@/lib/telemetry/span';
import { resumeIntent } from './finish';
import { LEASE_MS, PENDING_MS, voidIntent } from './intents';

const MAX_AT_ONCE = 100;

/**
 * Takes over every pending intent whose lease has ended: finishes it, or voids it when it is older than 15 minutes.
 * Two portals never take the same one: the lease is renewed under a row lock. While the signer does not answer nothing
 * is leased, so that whoever asks again finds his intent free.
 * @returns how many were finished and voided
 */
export async function recoverIntents(): Promise<{ finished: number; voided: number }> {
  const scope = systemScope('recovery', 'recovery');
  const voided = await voidTheOld(scope);
  if (!(await anyPending(scope)) || !(await signerAnswers())) return { finished: 0, voided };
  let finished = 0;
  for (const intent of await leased(scope)) {
    const actor = intent.actor as unknown as Actor;
    const by = { ...scope, actor, requestId: intent.requestId };
    try {
      const inAccount = accountScope(by, intent.accountId, 'certificates.issue');
      await traced({ name: 'finish a pending request' }, () => resumeIntent(inAccount, intent));
      finished += 1;
    } catch (error) {
      log().warn({ err: error, intentId: intent.id }, 'an intent could not be finished; kept');
      if (error instanceof AppError && error.code === 'ca_unavailable') break;
    }
  }
  return { finished, voided };
}

async function voidTheOld(scope: DeploymentScope): Promise<number> {
  const now = currentTime();
  const before = new Date(now.getTime() - PENDING_MS);
  const where = { state: 'pending', leaseUntil: { lte: now }, createdAt: { lt: before } };
  const old = await acrossAccounts(scope, (tx) => tx.intent.findMany({ where, take: MAX_AT_ONCE }));
  let voided = 0;
  for (const intent of old) {
    await acrossAccounts(scope, async (tx) => {
      await lockAccount(tx, intent.accountId);
      const still = await tx.intent.findFirst({ where: { ...where, id: intent.id } });
      if (!still) return;
      await voidIntent(tx, still, 'nobody finished it in time');
      voided += 1;
    });
  }
  return voided;
}

async function anyPending(scope: DeploymentScope): Promise<boolean> {
  const where = { state: 'pending', leaseUntil: { lte: currentTime() } };
  return (await acrossAccounts(scope, (tx) => tx.intent.findFirst({ where }))) !== null;
}

function signerAnswers(): Promise<boolean> {
  return deployment()
    .signer.status()
    .then(
      () => true,
      () => false,
    );
}

function leased(scope: DeploymentScope): Promise<Intent[]> {
  const now = currentTime();
  return acrossAccounts(scope, async (tx) => {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM intent WHERE state = 'pending' AND lease_until <= ${now}
      ORDER BY id LIMIT ${MAX_AT_ONCE} FOR UPDATE SKIP LOCKED`;
    const ids = rows.map((row) => row.id);
    const leaseUntil = new Date(now.getTime() + LEASE_MS);
    await tx.intent.updateMany({ where: { id: { in: ids } }, data: { leaseUntil } });
    return tx.intent.findMany({ where: { id: { in: ids } }, orderBy: { id: 'asc' } });
  });
}
