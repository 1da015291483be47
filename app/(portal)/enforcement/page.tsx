import type { Metadata } from 'next';
import type { Place } from '@/components/enforcement/environment-card';
import { EnforcementPlaces } from '@/components/enforcement/places';
import { RefreshWhile } from '@/components/live/refresh-while';
import { Notice } from '@/components/ui/notice';
import { hasPlan } from '@/lib/accounts/plan';
import { policyFamily } from '@/lib/enforcement/family';
import { enforcementConsequences } from '@/lib/enforcement/read';
import { readiness } from '@/lib/enforcement/readiness';
import { currentTime } from '@/lib/platform/clock';
import { deployment } from '@/lib/platform/deployment';
import { askAction } from '../members/actions';

import { inAccount } from '../opened';
import { cancelAction, confirmAction, modeAction, startAction } from './actions';

export const metadata: Metadata = { title: 'Enforcement' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function EnforcementPage({ searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, can } = signedIn;
  const asked = await searchParams;
  const now = currentTime().toISOString();
  const family = await policyFamily(principal);
  const places: Place[] = await Promise.all(
    (await enforcementConsequences(principal)).map(async (consequence) => ({
      consequence,
      readiness: await readiness(principal, consequence.environment),
      family,
      now,
    })),
  );
  const picked =
    places.find((one) => one.consequence.environment === asked.environment) ?? places[0];
  if (!picked) return null;
  const actsOf = ({ consequence: { environment } }: Place) =>
    can('enforcement.change', environment)
      ? {
          setMode: modeAction.bind(null, environment),
          confirm: confirmAction.bind(null, environment),
          cancel: cancelAction.bind(null, environment),
          start: startAction.bind(null, environment),
        }
      : null;
  const isMember = principal.roles.some((role) => role === 'viewer' || role === 'manage_mtls');
  const ask = isMember ? askAction.bind(null, picked.consequence.environment) : null;
  return (
    <>
      <div>
        <h1 className="title">Enforcement</h1>
        <p className="lede">
          Enforced, an environment refuses every call of your API clients that comes without your
          certificate. Observed, it refuses nothing and records what would be.
        </p>
      </div>
      {(await hasPlan(principal)) ? null : (
        <Notice tone="expiring" title="Your plan does not include mutual TLS">
          <p>
            What is enforced stays so, and can be turned off. Nothing can be enforced anew. Ask{' '}
            {deployment().providerName} to add it to your plan.
          </p>
        </Notice>
      )}
      <EnforcementPlaces places={places} picked={picked} actsOf={actsOf} ask={ask} />
      {picked.consequence.enforcement.trial ? <RefreshWhile /> : null}
    </>
  );
}
