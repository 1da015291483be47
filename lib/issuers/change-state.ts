import type { DeploymentScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { issuerBook, issuesUntil } from './book';

/**
 * `active`: from now on it signs, being the newest; `retired`: it signs no certificate any more, and its revocation
 * list goes on. A repeat changes nothing.
 * @throws AppError `not_found`, `invalid_request` for what would leave an environment without an issuer
 */
export async function changeIssuerState(
  scope: DeploymentScope,
  input: { id: string; state: 'active' | 'retired' },
): Promise<{ id: string; name: string; state: string }> {
  const changed = await acrossAccounts(scope, async (tx) => {
    await tx.$queryRaw`SELECT id FROM issuer WHERE kind = 'issuing' ORDER BY id FOR UPDATE`;
    const issuer = await tx.issuer.findFirst({ where: { id: input.id, kind: 'issuing' } });
    if (!issuer) {
      throw new AppError('not_found', { detail: `No issuing CA has the id ${input.id}.` });
    }
    if (issuer.state === input.state) return issuer;
    const now = currentTime();
    if (input.state === 'active' && now > issuesUntil(issuer)) {
      throw new AppError('invalid_request', {
        detail: `${issuer.name} ends on ${issuer.notAfter.toISOString()}, before a certificate made now would. Make its successor: npm run ca -- rollover.`,
      });
    }
    const others = await tx.issuer.count({
      where: { environment: issuer.environment, state: 'active', id: { not: issuer.id } },
    });
    if (input.state === 'retired' && issuer.state === 'active' && others === 0) {
      throw new AppError('invalid_request', {
        detail: `${issuer.name} is the only CA that issues in ${issuer.environment}. Activate its successor first.`,
      });
    }
    const row = await tx.issuer.update({
      where: { id: issuer.id },
      data: { state: input.state, stateAt: now },
    });
    await recordEvent(tx, {
      chain: DEPLOYMENT_CHAIN,
      actor: scope.actor,
      requestId: scope.requestId,
      action: input.state === 'active' ? 'issuer.activated' : 'issuer.retired',
      object: { kind: 'issuer', id: issuer.id },
      detail: { name: issuer.name, environment: issuer.environment, before: issuer.state },
    });
    return row;
  });
  await issuerBook().refresh();
  return { id: changed.id, name: changed.name, state: changed.state };
}
