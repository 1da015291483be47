import { ShieldOff } from 'lucide-react';
import { LocalMoment } from '@/components/time/local';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { EnforcementNews } from '@/lib/contract/enforcement-news';
import type { Environment } from '@/lib/kernel/environments';
import { type PressAction, PressForm } from './press-form';

/** Over every page while support has suspended enforcement: where, until when, by whom, and how to end it. */
export function SuspensionBar({
  news,
  acts,
}: {
  news: EnforcementNews;
  /** Null for who may not end it. */
  acts: Record<Environment, PressAction | null>;
}) {
  return news.items.map(({ environment, suspension }) => {
    if (!suspension) return null;
    const end = acts[environment];
    const name = ENVIRONMENT_WORDS[environment];
    return (
      <aside
        key={environment}
        className="trial-bar suspension"
        aria-label={`Suspension in ${environment}`}
      >
        <ShieldOff className="icon" aria-hidden="true" />
        <p className="say">
          <b>Enforcement in {name} is suspended</b> by {suspension.by} of support until{' '}
          <LocalMoment at={suspension.until} />. Calls without a certificate pass until then.
        </p>
        {end ? (
          <div className="bar-acts">
            <PressForm
              action={end}
              words={{ idle: 'End now', busy: 'Ending' }}
              what={`the suspension in ${name}`}
            />
          </div>
        ) : null}
      </aside>
    );
  });
}
