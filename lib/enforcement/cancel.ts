import { authorize, type Principal } from '@/lib/access/scope';
import type { EnforcementView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { inScope } from '@/lib/platform/database';
import { setEnforcement } from './change';
import { ownPolicy } from './policy';
import { mustBeEnvironment } from './read';

/** Ends a schedule and leaves the mode as it is; without one it changes nothing. */
export async function cancelSchedule(
  principal: Principal,
  environment: Environment,
): Promise<EnforcementView> {
  const scope = authorize(principal, 'enforcement.change', environment);
  mustBeEnvironment(environment);
  // The account's own mode, which another account's may cover.
  const { policy } = await inScope(scope, (tx) => ownPolicy(tx, scope, environment));
  return setEnforcement(principal, environment, { mode: policy.mode });
}
