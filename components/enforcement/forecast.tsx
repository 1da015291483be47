import { Link } from '@/components/ui/link';
import { hostOf } from '@/components/words';
import type { Place } from './environment-card';
import { fixOf, forecastOf } from './words';

const FIXES_SHOWN = 4;

/** What enforcing now would do, and for each API client that it would refuse what to change. */
export function Forecast({ place }: { place: Place }) {
  const { consequence, readiness } = place;
  const { enforcement, environment } = consequence;
  const mtls = hostOr(consequence.mtlsUrl, 'the mTLS host');
  const standard = hostOr(consequence.standardUrl, 'the standard host');
  if (enforcement.mode === 'enforce') {
    return (
      <div className="forecast">
        <h3 className="sentence">
          Calls to {environment} without your certificate are refused
          {enforcement.trial ? ' while the trial runs' : ''}.
        </h3>
        <p className="small soft">
          On {standard} they get 403 <code>mtls_required</code>. On {mtls} they pass with a live
          certificate.
        </p>
      </div>
    );
  }
  const { who, tone, names, consequence: follows } = forecastOf(readiness);
  const refused = readiness.apiClients.filter((one) => one.wouldBeRefused);
  return (
    <>
      <div className="forecast">
        <h3 className="sentence">
          If you enforced now,{' '}
          <span className={{ refused: 'is-refused', live: 'is-live', ink: '' }[tone]}>{who}</span>
          {names}.
        </h3>
        <p className="small soft">{follows}</p>
      </div>
      {refused.length > 0 ? (
        <div className="explain">
          {refused.slice(0, FIXES_SHOWN).map((client) => {
            const { title, text, language } = fixOf(client, { standard, mtls });
            return (
              <div key={client.id}>
                <h4 className="h3">
                  <code>{client.name}</code> {title}
                </h4>
                <p>
                  {text}{' '}
                  <Link
                    className="link"
                    href={`/connect?environment=${environment}&language=${language}`}
                  >
                    {language === 'curl' ? 'Show the program' : 'Show Node'}
                  </Link>
                </p>
              </div>
            );
          })}
        </div>
      ) : null}
    </>
  );
}

function hostOr(url: string | null, words: string): string {
  return url ? hostOf(url) : words;
}
