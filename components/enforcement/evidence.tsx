import { Ago } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { counted, listed } from '@/components/words';
import type { ReadinessView } from '@/lib/contract/views';
import type { Place } from './environment-card';
import {
  type ClientReadiness,
  CONNECTS_WORDS,
  callsText,
  evidenceOrder,
  firstOf,
  standingOf,
} from './words';

/** A page is read by people: those who would be refused come first, the rest of a long list is counted. */
const SHOWN = 50;
const NAMES_SHOWN = 12;

/** How each API client connected in the last days, and apart from that what anybody may have sent. */
export function Evidence({ place }: { place: Place }) {
  const { readiness } = place;
  const ordered = evidenceOrder(readiness.apiClients);
  const enforced = standingOf(place.consequence.enforcement);
  return (
    <>
      <div className="sheet-head" id="evidence">
        <h2 className="h2" id="evidence-title">
          Evidence for {readiness.environment}
        </h2>
        <span className="small quiet">
          {counted(readiness.apiClients.length, 'API client')}, last 7 days
        </span>
        <span className="legend end">
          <span>
            <Key kind="mtls" /> mTLS
          </span>
          <span>
            <Key kind="standard" /> standard
          </span>
        </span>
      </div>
      {ordered.length > 0 ? (
        <table className="rows readiness">
          <thead>
            <tr>
              <th scope="col">API client</th>
              <th scope="col">How it connects</th>
              <th scope="col" className="r">
                Calls
              </th>
              <th scope="col">User agent</th>
              <th scope="col">Last call without mTLS</th>
              <th scope="col">{enforced === 'enforce' ? 'Enforced' : 'If enforced'}</th>
            </tr>
          </thead>
          <tbody>
            {ordered.slice(0, SHOWN).map((client) => (
              <Row key={client.id} client={client} />
            ))}
          </tbody>
        </table>
      ) : null}
      <Silent readiness={readiness} more={ordered.slice(SHOWN)} />
      <Unproved unproved={readiness.unproved} />
    </>
  );
}

function Row({ client }: { client: ClientReadiness }) {
  const { connects, mtlsCalls, standardCalls, lastStandardAt, wouldBeRefused } = client;
  const all = mtlsCalls + standardCalls;
  return (
    <tr className={wouldBeRefused ? 'hit' : ''}>
      <td>
        <span className="name mono">{client.name}</span>
        <small>{firstOf(client.networks)}</small>
      </td>
      <td data-l="Connects">
        <span className="how">
          <ShareBar percent={all === 0 ? 0 : (mtlsCalls / all) * 100} />
          <span>{CONNECTS_WORDS[connects]}</span>
        </span>
      </td>
      <td className="r" data-l="Calls">
        {all.toLocaleString('en')}
      </td>
      <td data-l="User agent">
        <span>
          <span className="agent mono" title={client.userAgents.join('\n')}>
            {client.userAgents[0] || 'none sent'}
          </span>
          {client.userAgents.length > 1 ? (
            <small>and {client.userAgents.length - 1} more</small>
          ) : null}
        </span>
      </td>
      <td data-l="Without mTLS">
        {lastStandardAt ? <Ago at={lastStandardAt} /> : <span className="quiet">none</span>}
      </td>
      <td className="verdict-cell">
        {wouldBeRefused ? (
          <>
            <Badge shape="refused">Refused</Badge>
            <small>{callsText(standardCalls)}</small>
          </>
        ) : (
          <Badge shape="live">Passes</Badge>
        )}
      </td>
    </tr>
  );
}

function Silent({ readiness, more }: { readiness: ReadinessView; more: ClientReadiness[] }) {
  const silent = readiness.apiClients.filter((one) => one.connects === 'none');
  const names = silent.slice(0, NAMES_SHOWN).map((one) => one.name);
  const others = silent.length - names.length;
  if (silent.length === 0 && more.length === 0) return null;
  return (
    <div className="evidence-note">
      {more.length > 0 ? <p>{counted(more.length, 'more API client')} not shown.</p> : null}
      {silent.length > 0 ? (
        <p>
          No authenticated call in 7 days from{' '}
          {listed(others > 0 ? [...names, `${others.toLocaleString('en')} more`] : names)}.
        </p>
      ) : null}
    </div>
  );
}

function Unproved({ unproved }: { unproved: ReadinessView['unproved'] }) {
  if (unproved.calls === 0) return null;
  return (
    <section className="unproved" aria-labelledby="unproved-title">
      <h3 className="h3" id="unproved-title">
        Not authenticated: {callsText(unproved.calls)}
      </h3>
      <p className="small soft">
        They came without a certificate, and nothing shows that the API accepted them. Anyone can
        type your API client's name; these neither block nor justify.
      </p>
      <ul>
        {unproved.apiClients.map((client) => (
          <li key={client.name}>
            <span className="name mono">{client.name}</span>
            <span>{callsText(client.calls)}</span>
            <span className="quiet">
              from {firstOf(client.networks)}
              {client.userAgents[0] ? (
                <>
                  , <span className="mono">{firstOf(client.userAgents)}</span>
                </>
              ) : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

const WIDTH = 96;
const GAP = 2;
const LEAST = 4;

/** Solid mTLS, hatched standard; a part that is there can be seen, however small. */
function ShareBar({ percent }: { percent: number }) {
  const some = percent > 0 && percent < 100;
  const room = WIDTH - (some ? GAP : 0);
  const wanted = (percent / 100) * room;
  const mtls = some ? Math.min(Math.max(wanted, LEAST), room - LEAST) : wanted;
  const standard = room - mtls;
  return (
    <svg
      className="share"
      viewBox={`0 0 ${WIDTH} 8`}
      role="img"
      aria-label={`${Math.floor(percent)} % mTLS`}
    >
      {mtls > 0 ? <rect className="mtls" width={mtls} height="8" rx="2" /> : null}
      {standard > 0 ? <Hatched x={WIDTH - standard} width={standard} /> : null}
    </svg>
  );
}

function Key({ kind }: { kind: 'mtls' | 'standard' }) {
  return (
    <svg className="key" viewBox="0 0 12 12" aria-hidden="true">
      {kind === 'mtls' ? (
        <rect className="mtls" y="1" width="10" height="10" rx="2" />
      ) : (
        <Hatched x={0} width={10} height={10} y={1} />
      )}
    </svg>
  );
}

const HATCH_EVERY = 4;

/** Lines of its own: a pattern would need an id that is unique on the page. */
function Hatched({
  x,
  width,
  height = 8,
  y = 0,
}: {
  x: number;
  width: number;
  height?: number;
  y?: number;
}) {
  const [left, right, top, bottom] = [x + 0.5, x + width - 0.5, y + 0.5, y + height - 0.5];
  const tall = bottom - top;
  const lines: string[] = [];
  for (let start = left - tall; start < right; start += HATCH_EVERY) {
    // From the lower end up to the right, cut off at both sides.
    const from = Math.max(start, left);
    const to = Math.min(start + tall, right);
    if (to > from) lines.push(`M${from} ${bottom - (from - start)}L${to} ${bottom - (to - start)}`);
  }
  return (
    <g className="hatched">
      <rect x={left} y={top} width={right - left} height={tall} rx="1.5" />
      <path d={lines.join('')} />
    </g>
  );
}
