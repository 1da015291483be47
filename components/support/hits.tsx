import { Ago } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { Link } from '@/components/ui/link';
import type { HitKind, SupportFinding, SupportHit } from '@/lib/contract/support';
import { hitPath } from './paths';

const KINDS: Record<HitKind, string> = {
  account: 'Account',
  certificate: 'Certificate',
  person: 'Person',
  'api-client': 'API client',
  'api-key': 'API key',
  'refused-call': 'Refused call',
  'passed-call': 'Passed call',
  change: 'Change',
};

/** What was understood, and what it leads to; where to nothing, what to try. */
export function Hits({ finding }: { finding: SupportFinding }) {
  const { understood, hits, more, tries, asked } = finding;
  if (hits.length === 0) return <Nothing understood={understood} tries={tries} />;
  return (
    <section aria-labelledby="hits-title">
      <div className="bar-head">
        <h2 className="h2" id="hits-title">
          {more === 'some' ? `The first ${hits.length}` : hits.length} found
        </h2>
        <p className="small quiet">{understood.join(' Or: ')}</p>
      </div>
      <div className="sheet overflow-hidden">
        <table className="rows">
          <thead>
            <tr>
              <th scope="col">Found</th>
              <th scope="col">What</th>
              <th scope="col">Account</th>
              <th scope="col">When</th>
            </tr>
          </thead>
          <tbody>
            {hits.map((hit) => (
              <Row key={`${hit.kind} ${hit.id} ${hit.account?.id}`} hit={hit} asked={asked} />
            ))}
          </tbody>
        </table>
        {more === 'some' ? (
          <p className="more">There are more. Type more of the name, or something from the call.</p>
        ) : null}
      </div>
    </section>
  );
}

function Row({ hit, asked }: { hit: SupportHit; asked: string }) {
  const path = hitPath(hit, asked);
  return (
    <tr className={path ? 'opens' : ''}>
      <td>
        {path ? (
          <Link className="name" href={path}>
            {hit.name}
          </Link>
        ) : (
          <span className="name">{hit.name}</span>
        )}
        <small>{hit.note}</small>
      </td>
      <td data-l="What">
        {hit.kind === 'refused-call' ? (
          <Badge shape="refused">{KINDS[hit.kind]}</Badge>
        ) : (
          KINDS[hit.kind]
        )}
      </td>
      <td data-l="Account">
        {hit.account ? (
          hit.account.name
        ) : (
          <span className="quiet">The edge could not tell whose</span>
        )}
      </td>
      <td data-l="When">
        {hit.at ? <Ago at={hit.at} /> : <span className="quiet">Any time</span>}
      </td>
    </tr>
  );
}

function Nothing({ understood, tries }: { understood: string[]; tries: string[] }) {
  return (
    <section className="sheet sheet-pad" aria-labelledby="hits-title">
      <p className="small quiet">{understood.join(' Or: ')}</p>
      <h2 className="sentence mt-1" id="hits-title">
        Nothing was found.
      </h2>
      <ul className="case-asks">
        {tries.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
    </section>
  );
}
