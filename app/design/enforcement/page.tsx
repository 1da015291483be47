import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { enforcementStates, placeIn } from '@/components/design/enforcement-states';
import { EnforcementPlaces } from '@/components/enforcement/places';
import { Chips } from '@/components/ui/chips';
import { nothingAction } from './actions';

export const dynamic = 'force-dynamic';
export const metadata: Metadata = { title: 'States of enforcement' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

/** The enforcement page in each of its states, beside the one of an account that only reads. */
export default async function EnforcementStatesPage({ searchParams }: Props) {
  if (process.env.DESIGN_PAGE !== '1') notFound();
  const asked = await searchParams;
  const nowMs = Date.now();
  const states = enforcementStates(nowMs);
  const name = typeof asked.state === 'string' && asked.state in states ? asked.state : 'observe';
  const picked = placeIn(states[name] ?? {}, 'production', nowMs);
  const other = placeIn(states['trial-proved'] ?? {}, 'sandbox', nowMs);
  const acts = {
    setMode: nothingAction,
    confirm: nothingAction,
    cancel: nothingAction,
    start: nothingAction,
  };
  return (
    <main className="page" id="main">
      <div>
        <h1 className="title">States of enforcement</h1>
        <Chips
          label="State"
          choices={Object.keys(states).map((one) => ({
            name: one,
            href: `/design/enforcement?state=${one}`,
            picked: one === name,
          }))}
        />
      </div>
      <EnforcementPlaces
        places={[picked, other]}
        picked={picked}
        actsOf={() => (asked.as === 'viewer' ? null : acts)}
        ask={null}
      />
    </main>
  );
}
