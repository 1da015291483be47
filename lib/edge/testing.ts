import type { Modes } from '@/lib/edge/state';
import type { EnforcementMode, Environment } from '@/lib/kernel/environments';

/** Enforced for good in these environments, and off in the others. */
export function enforcing(...environments: readonly Environment[]): Modes {
  const of = (environment: Environment) => {
    const mode: EnforcementMode = environments.includes(environment) ? 'enforce' : 'off';
    return [{ mode, until: null }];
  };
  return { production: of('production'), sandbox: of('sandbox') };
}
