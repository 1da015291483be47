import type { Metadata } from 'next';
import { EnvironmentColumn } from '@/components/enforcement/environment-column';
import { enforcementConsequences } from '@/lib/enforcement/read';
import { inAccount } from '../opened';
import { enforcementAction } from './actions';

export const metadata: Metadata = { title: 'Enforcement' };

export default async function EnforcementPage() {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, can } = signedIn;
  const consequences = await enforcementConsequences(principal);
  const mayChange = can('enforcement.change');
  return (
    <>
      <div>
        <h1 className="title">Enforcement</h1>
        <p className="lede">
          Enforced, an environment refuses every call of your API clients that comes without your
          certificate. Turning it off again is one step.
        </p>
      </div>
      <div className="envs">
        {consequences.map((consequence) => (
          <EnvironmentColumn
            key={`${consequence.environment} ${consequence.enforcement.mode}`}
            consequence={consequence}
            action={mayChange ? enforcementAction.bind(null, consequence.environment) : null}
          />
        ))}
      </div>
    </>
  );
}
