import { Check, CircleHelp, OctagonX } from 'lucide-react';
import { Ago } from '@/components/time/when';
import { callsText } from '@/components/traffic/numbers';
import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy';
import { Link } from '@/components/ui/link';
import { listed } from '@/components/words';
import type { CaseCheck, Diagnosis } from '@/lib/contract/support';
import { REFUSALS } from '@/lib/kernel/refusals';
import { casePath } from './paths';

/** One card: why, by which machines, what was checked, and what to write. */
export function CaseCard({ accountId, diagnosis }: { accountId: string; diagnosis: Diagnosis }) {
  const { headline, detail, tone, code, seenAs, refused, reply, others, asks, checks } = diagnosis;
  return (
    <section className={`sheet case-card ${tone}`} aria-labelledby="why-title">
      <div className="sheet-pad">
        <p className="small quiet">Why can't they connect?</p>
        <h2 className="sentence mt-1" id="why-title">
          {headline}
        </h2>
        <p className="small soft mt-2">
          {detail}
          {refused ? (
            <>
              {' '}
              Last refusal <Ago at={refused.lastAt} />.
            </>
          ) : null}
        </p>
        <Machines diagnosis={diagnosis} />
        {code ? (
          <p className="case-code">
            <code className="code">{code}</code>
            <span className="small soft">{seenAs}</span>
          </p>
        ) : null}
      </div>
      <div className="sheet-row">
        <p className="small reply" data-testid="reply">
          <b>Tell them.</b> <span className="soft">{reply}</span>
        </p>
        <div className="acts mt-3">
          <CopyButton value={reply} what="reply" look="primary" />
          {refused ? (
            <Link className="btn btn-sm" href={casePath(accountId, { kind: 'refused' })}>
              See all refusals
            </Link>
          ) : null}
        </div>
      </div>
      {asks.length > 0 ? (
        <div className="sheet-row">
          <h3 className="small">Ask them</h3>
          <ul className="case-asks">
            {asks.map((ask) => (
              <li key={ask}>{ask}</li>
            ))}
          </ul>
        </div>
      ) : null}
      <div className="sheet-row">
        <h3 className="sr-only">What was checked</h3>
        <ul className="case-checks">
          {checks.map((check) => (
            <CheckRow key={check.name} check={check} />
          ))}
        </ul>
        {others.length > 0 ? (
          <p className="small soft mt-3">
            Also refused:{' '}
            {listed(
              others.map(
                (one) =>
                  `${REFUSALS[one.code].title.toLowerCase()} in ${one.environment} (${callsText(one.calls)})`,
              ),
            )}
            .
          </p>
        ) : null}
      </div>
    </section>
  );
}

const MOST_SHOWN = 4;

function Machines({ diagnosis: { refused, passing, tone } }: { diagnosis: Diagnosis }) {
  if (!refused && !passing) return null;
  return (
    <dl className="compare">
      {refused ? (
        <div>
          <dt>{tone === 'fine' ? 'Refused before' : 'Refused'}</dt>
          <dd className="mono">{shown(refused.addresses)}</dd>
          <dd>
            <Badge shape={tone === 'fine' ? 'revoked' : 'refused'}>{refused.what}</Badge>
          </dd>
        </div>
      ) : null}
      {passing ? (
        <div>
          <dt>Pass</dt>
          <dd className="mono">{shown(passing.networks)}</dd>
          <dd>
            <Badge shape="live">{passing.what}</Badge>
          </dd>
        </div>
      ) : null}
    </dl>
  );
}

function shown(addresses: readonly string[]): string {
  const rest = addresses.length - MOST_SHOWN;
  const first = addresses.slice(0, MOST_SHOWN).join(', ');
  return rest > 0 ? `${first} and ${rest} more` : first;
}

const LOOKS = {
  fine: { Icon: Check, tone: 'is-live', word: 'In order' },
  wrong: { Icon: OctagonX, tone: 'is-refused', word: 'Not in order' },
  unknown: { Icon: CircleHelp, tone: 'quiet', word: 'Not known' },
} as const;

function CheckRow({ check }: { check: CaseCheck }) {
  const { Icon, tone, word } = LOOKS[check.is];
  return (
    <li>
      <Icon className={`icon icon-sm ${tone}`} aria-label={word} role="img" />
      <b>{check.name}</b>
      <span>{check.says}</span>
    </li>
  );
}
