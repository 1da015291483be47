/** Finishes what a crash left between intent and certificate. */
import { type Actor, accountScope, systemScope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { pkiAddresses } from '@/lib/pki/addresses';
import { lint } from '@/lib/pki/lint';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { log } from '@/lib/platform/log';
import { finishIntent } from './finish';
import { LEASE_MS, PENDING_MS, voidIntent } from './intents';
import { environmentOf } from './view';

/**
 * Takes over every pending intent whose lease has ended: finishes it, or voids it when it is older than 15 minutes.
 * Two portals never take the same one: the lease is renewed under a row lock.
 * @returns how many were finished and voided
 */
export async function recoverIntents(): Promise<{ finished: number; voided: number }> {
  const scope = systemScope('recovery', 'recovery');
  const now = currentTime();
  const leased = await acrossAccounts(scope, async (tx) => {
    const rows = await tx.$queryRaw<{ id: string }[]>`
      SELECT id FROM intent WHERE state = 'pending' AND lease_until <= ${now}
      ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED`;
    const ids = rows.map((row) => row.id);
    await tx.intent.updateMany({
      where: { id: { in: ids } },
      data: { leaseUntil: new Date(now.getTime() + LEASE_MS) },
    });
    return tx.intent.findMany({ where: { id: { in: ids } }, include: { issuer: true } });
  });
  let finished = 0;
  let voided = 0;
  for (const intent of leased) {
    try {
      if (now.getTime() - intent.createdAt.getTime() > PENDING_MS) {
        await acrossAccounts(scope, async (tx) => {
          await lockAccount(tx, intent.accountId);
          const still = await tx.intent.findFirst({ where: { id: intent.id, state: 'pending' } });
          if (!still) return;
          await voidIntent(tx, still, 'nobody finished it in time');
          await tx.slot.deleteMany({ where: { intentId: intent.id } });
        });
        voided += 1;
      } else {
        const inAccount = accountScope(
          { ...scope, actor: intent.actor as unknown as Actor, requestId: intent.requestId },
          intent.accountId,
          'certificates.issue',
        );
        const result = lint({
          tbsDer: intent.tbsDer,
          issuerDer: intent.issuer.certificateDer,
          addresses: pkiAddresses(deployment().pkiUrl, intent.issuerId),
        });
        if ('findings' in result) throw new Error('a stored draft no longer passes its lints');
        await finishIntent(
          inAccount,
          { ...intent, environment: environmentOf(intent.environment) },
          result.linted,
        );
        finished += 1;
      }
    } catch (error) {
      log().warn({ err: error, intentId: intent.id }, 'an intent could not be finished; kept');
    }
  }
  return { finished, voided };
}
