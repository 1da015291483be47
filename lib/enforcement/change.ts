import { authorize, type Principal } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { recordEvent } from '@/lib/audit/record';
import type { EnforcementView } from '@/lib/contract/views';
import type { EnforcementMode, Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { recordNotice } from '@/lib/mail/notices';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { recordChange } from '@/lib/publishing/changes';
import { publisher } from '@/lib/publishing/publisher';
import { enforcementOf, mustBeEnvironment } from './read';

/**
 * Turns enforcement on or off; edges hold to it within a second. The same mode again changes nothing.
 * @throws AppError `no_live_certificate` when turned on with nothing that could connect
 */
export async function setEnforcement(
  principal: Principal,
  environment: Environment,
  mode: EnforcementMode,
): Promise<EnforcementView> {
  const scope = authorize(principal, 'enforcement.change');
  const { accountId } = scope;
  mustBeEnvironment(environment);
  const view = await inScope(scope, async (tx) => {
    await lockAccount(tx, accountId);
    const now = currentTime();
    const own = await tx.enforcement.findFirst({ where: { accountId, environment } });
    const before = own?.mode ?? 'off';
    if (before === mode) return enforcementOf(tx, scope, environment);
    if (mode === 'enforce') {
      const live = await tx.certificate.count({
        where: { accountId, environment, revokedAt: null, notAfter: { gt: now } },
      });
      if (live === 0) {
        throw new AppError('no_live_certificate', {
          detail: `This account has no live certificate in ${environment}, so every call would be refused. Issue one first.`,
        });
      }
    }
    const data = { mode, changedAt: now, changedBy: scope.actor.name };
    await tx.enforcement.upsert({
      where: { accountId_environment: { accountId, environment } },
      create: { accountId, environment, ...data },
      update: data,
    });
    await recordEvent(tx, {
      chain: accountId,
      actor: scope.actor,
      requestId: scope.requestId,
      action: 'enforcement.changed',
      object: { kind: 'enforcement', id: environment },
      detail: { environment, from: before, to: mode },
    });
    await recordChange(tx, { kind: 'account', accountId });
    await recordNotice(tx, {
      accountId,
      key: `enforcement/${accountId}/${environment}/${scope.requestId}`,
      data: { kind: 'enforcement-changed', environment, mode, by: scope.actor.name },
    });
    return enforcementOf(tx, scope, environment);
  });
  publisher().nudge();
  return view;
}
