import { Check, OctagonX } from 'lucide-react';
import { daysLeftOf } from '@/components/live/words';
import { AUTHORITY_WORDS } from '@/components/pki/words';
import { Ago, Day } from '@/components/time/when';
import { grouped } from '@/components/traffic/numbers';
import { Badge } from '@/components/ui/badge';
import { Empty } from '@/components/ui/empty';
import type { Shape } from '@/components/ui/shapes';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { FleetView } from '@/lib/contract/fleet';

const EDGE_STATES: Record<FleetView['edges'][number]['is'], { word: string; shape: Shape }> = {
  current: { word: 'Current', shape: 'live' },
  behind: { word: 'Behind', shape: 'expiring' },
  silent: { word: 'Silent', shape: 'expired' },
  refusing: { word: 'Refuses what it is sent', shape: 'refused' },
  'never came': { word: 'Never came', shape: 'notice' },
};

export function Edges({ edges, newest }: { edges: FleetView['edges']; newest: string }) {
  return (
    <section aria-labelledby="edges-title">
      <div className="bar-head">
        <h2 className="h2" id="edges-title">
          Edges
        </h2>
        <p className="small quiet num">The newest state is number {newest}</p>
      </div>
      <div className="sheet overflow-hidden">
        {edges.length === 0 ? (
          <Empty title="No edge is enrolled">Create one: npm run operator -- edge create.</Empty>
        ) : (
          <table className="rows">
            <thead>
              <tr>
                <th scope="col">Edge</th>
                <th scope="col">Has</th>
                <th scope="col">Lacks</th>
                <th scope="col">Heard</th>
                <th scope="col">Lost reports</th>
                <th scope="col">State</th>
              </tr>
            </thead>
            <tbody>
              {edges.map((edge) => (
                <tr key={edge.name} className={edge.is === 'current' ? '' : 'hit'}>
                  <td>
                    <span className="name">{edge.name}</span>
                    {edge.refusedWhy && edge.is === 'refusing' ? (
                      <small>{edge.refusedWhy}</small>
                    ) : null}
                  </td>
                  <td data-l="Has" className="num">
                    {edge.number ?? 'Nothing yet'}
                  </td>
                  <td data-l="Lacks" className="num">
                    {edge.behindBy === 0 ? 'Nothing' : grouped(edge.behindBy)}
                  </td>
                  <td data-l="Heard">{edge.lastSeenAt ? <Ago at={edge.lastSeenAt} /> : 'Never'}</td>
                  <td data-l="Lost reports" className="num">
                    {grouped(edge.lost)}
                  </td>
                  <td data-l="State">
                    <Badge shape={EDGE_STATES[edge.is].shape}>{EDGE_STATES[edge.is].word}</Badge>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        )}
      </div>
    </section>
  );
}

export function Issuers({ issuers, now }: { issuers: FleetView['issuers']; now: string }) {
  return (
    <section aria-labelledby="issuers-title">
      <h2 className="h2 mb-3" id="issuers-title">
        Certificate authorities
      </h2>
      <div className="sheet overflow-hidden">
        <ul className="mini-rows">
          {issuers.map((one) => (
            <li key={one.id}>
              <span>
                {one.name}
                <small>
                  {one.environment ? `${ENVIRONMENT_WORDS[one.environment]}, ends ` : 'Root, ends '}
                  <Day at={one.notAfter} />
                  {one.issuesUntil ? (
                    <>
                      , issues until <Day at={one.issuesUntil} />
                    </>
                  ) : null}
                  {one.crlNextUpdate ? (
                    <>
                      , next list by <Day at={one.crlNextUpdate} />
                    </>
                  ) : null}
                </small>
              </span>
              <span className="text-right">
                <Badge shape={AUTHORITY_WORDS[one.state].shape}>
                  {AUTHORITY_WORDS[one.state].word}
                </Badge>
                <small>{daysLeftOf(one.issuesUntil ?? one.notAfter, new Date(now))}</small>
              </span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}

export function Health({ health }: { health: FleetView['health'] }) {
  return (
    <section aria-labelledby="health-title">
      <h2 className="h2 mb-3" id="health-title">
        Signer and queues
      </h2>
      <div className="sheet sheet-pad">
        <ul className="case-checks">
          {health.map(({ name, is, says }) => (
            <li key={name}>
              {is === 'fine' ? (
                <Check className="icon icon-sm is-live" role="img" aria-label="In order" />
              ) : (
                <OctagonX
                  className="icon icon-sm is-refused"
                  role="img"
                  aria-label="Not in order"
                />
              )}
              <b>{name}</b>
              <span>{says}</span>
            </li>
          ))}
        </ul>
      </div>
    </section>
  );
}
