import { authorize, type Principal } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { requirePlan } from '@/lib/accounts/plan';
import type { EnforcementView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { publisher } from '@/lib/publishing/publisher';
import { mtlsEvidence } from './evidence';
import { ownPolicy, writePolicy } from './policy';
import { enforcementOf, mustBeEnvironment } from './read';

/**
 * Makes a trial of enforcement lasting; possible once a call with a certificate passed under it. A repeat changes
 * nothing.
 * @throws AppError `no_trial`, `plan_required`, `trial_unproved`
 */
export async function confirmEnforcement(
  principal: Principal,
  environment: Environment,
): Promise<EnforcementView> {
  const scope = authorize(principal, 'enforcement.change', environment);
  mustBeEnvironment(environment);
  const view = await inScope(scope, async (tx) => {
    await lockAccount(tx, scope.accountId);
    const { policy } = await ownPolicy(tx, scope, environment);
    const { trial, mode } = policy;
    if (!trial && mode === 'enforce') return enforcementOf(tx, scope, environment);
    if (!trial) {
      throw new AppError('no_trial', {
        detail: `No trial of enforcement runs in ${environment}. If one did, it ended and went back by itself. Start another.`,
      });
    }
    await requirePlan(tx, scope.accountId);
    const { lastSeenAt } = await mtlsEvidence(tx, environment, currentTime());
    if (!lastSeenAt || lastSeenAt < trial.startedAt) {
      throw new AppError('trial_unproved', {
        detail: `No call with a certificate has passed in ${environment} since the trial began. Make one to the mTLS host, then confirm.`,
      });
    }
    await writePolicy(tx, scope, {
      environment,
      policy: { ...policy, observedSince: null, trial: null },
      event: { action: 'enforcement.confirmed', detail: { provedAt: lastSeenAt.toISOString() } },
      notice: {
        about: 'enforcement',
        data: {
          kind: 'enforcement-changed',
          environment,
          mode: 'enforce',
          by: scope.actor.name,
        },
      },
    });
    return enforcementOf(tx, scope, environment);
  });
  publisher().nudge();
  return view;
}
