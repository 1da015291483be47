import type { AskAction } from '@/components/members/ask-for-it';
import { Decide, type DecideActs } from './decide';
import { EnvironmentCard, type Place } from './environment-card';
import { Evidence } from './evidence';
import { Forecast } from './forecast';
import type { TrialActs } from './trial';

export type EnforcementActs = TrialActs & DecideActs;

/** Where each environment stands; of the one that is picked the evidence, and below it the act. */
export function EnforcementPlaces({
  places,
  picked,
  actsOf,
  ask,
}: {
  places: Place[];
  picked: Place;
  /** Null for those who may only read. */
  actsOf: (place: Place) => EnforcementActs | null;
  /** For members who may ask for more. */
  ask: AskAction | null;
}) {
  return (
    <>
      <div className="envs">
        {places.map((place) => (
          <EnvironmentCard
            key={place.consequence.environment}
            place={place}
            picked={place === picked ? 'picked' : 'other'}
            acts={actsOf(place)}
          />
        ))}
      </div>
      <section className="sheet evidence-sheet" aria-labelledby="evidence-title">
        <Evidence place={picked} />
        <Forecast place={picked} />
        <div className="decide">
          <Decide
            key={`${picked.consequence.environment} ${picked.consequence.enforcement.mode}`}
            place={picked}
            acts={actsOf(picked)}
            ask={ask}
          />
        </div>
      </section>
    </>
  );
}
