import { Ago, Day } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { Env } from '@/components/ui/env';
import { Link } from '@/components/ui/link';
import { counted, hostOf, listed } from '@/components/words';
import type { EnforcementConsequence } from '@/lib/contract/views';
import { EnforceForm, type EnforcementAction, TurnOffForm } from './enforcement-form';
import { Modes } from './modes';

/** One environment: where it stands, the evidence, what enforcing does, and below it the act. */
export function EnvironmentColumn({
  consequence,
  action,
}: {
  consequence: EnforcementConsequence;
  /** Null for those who may only read. */
  action: EnforcementAction | null;
}) {
  const { environment, enforcement } = consequence;
  return (
    <section className="sheet envcol overflow-hidden" aria-labelledby={`${environment}-title`}>
      <div className="sheet-pad">
        <div className="flex items-center gap-3">
          <h2 className="h2" id={`${environment}-title`}>
            <Env environment={environment} size="text" />
          </h2>
          {enforcement.changedAt && !enforcement.inherited ? (
            <span className="quiet small ml-auto">
              since <Ago at={enforcement.changedAt} />, by {enforcement.changedBy}
            </span>
          ) : null}
        </div>
        <Modes mode={enforcement.mode} />
      </div>
      <Certificates consequence={consequence} />
      <ApiClients consequence={consequence} />
      <div className="decide grid gap-4">
        <Sentence consequence={consequence} />
        <Act consequence={consequence} action={action} />
      </div>
    </section>
  );
}

function Certificates({ consequence }: { consequence: EnforcementConsequence }) {
  const { liveCertificates, environment } = consequence;
  return (
    <>
      <h3 className="evidence-title">Can connect with</h3>
      <ul className="evidence">
        {liveCertificates.map((certificate) => (
          <li key={certificate.id}>
            <span>
              <Link
                className="font-medium hover:text-accent"
                href={`/certificates/${certificate.id}`}
              >
                {certificate.label}
              </Link>
              <small className="mono">{certificate.commonName}</small>
            </span>
            <span className="quiet">
              to <Day at={certificate.notAfter} />
            </span>
          </li>
        ))}
        {liveCertificates.length === 0 ? (
          <li>
            <span className="quiet">No live certificate in {environment}.</span>
          </li>
        ) : null}
      </ul>
    </>
  );
}

function ApiClients({ consequence }: { consequence: EnforcementConsequence }) {
  const { apiClients, enforcement, standardUrl } = consequence;
  const enforced = enforcement.mode === 'enforce';
  return (
    <>
      <h3 className="evidence-title">
        API clients
        {standardUrl ? `, when they call ${hostOf(standardUrl)}` : ' on the standard host'}
      </h3>
      <ul className="evidence">
        {apiClients.map((name) => (
          <li key={name} className={enforced ? 'hit' : ''}>
            <code>{name}</code>
            {enforced ? <Badge shape="refused">Refused</Badge> : <Badge shape="live">Passes</Badge>}
          </li>
        ))}
        {apiClients.length === 0 ? (
          <li>
            <span className="quiet">
              None yet. Your provider adds them; enforcement also holds for those added later.
            </span>
          </li>
        ) : null}
      </ul>
    </>
  );
}

function Sentence({ consequence }: { consequence: EnforcementConsequence }) {
  const { apiClients, enforcement, environment, mtlsUrl, standardUrl } = consequence;
  const standard = standardUrl ? hostOf(standardUrl) : 'the standard host';
  const mtls = mtlsUrl ? hostOf(mtlsUrl) : 'the mTLS host';
  const names = listed(apiClients);
  if (enforcement.mode === 'enforce') {
    return (
      <div>
        <p className="sentence">Calls to {environment} without your certificate are refused.</p>
        <p className="small soft mt-1">
          On {standard} they get 403 <code>mtls_required</code>. On {mtls} they pass with a live
          certificate.
        </p>
      </div>
    );
  }
  return (
    <div>
      <p className="sentence">
        {apiClients.length === 0 ? (
          'If you enforced now, no API client would be refused: there is none yet.'
        ) : (
          <>
            If you enforced now,{' '}
            <span className="is-refused">
              {counted(apiClients.length, 'API client')} would be refused on {standard}
            </span>
            : {names}.
          </>
        )}
      </p>
      <p className="small soft mt-1">
        They would get 403 <code>mtls_required</code> there, within a second. Move them to {mtls}{' '}
        first: with a certificate they pass there today, and after.
      </p>
    </div>
  );
}

function Act({
  consequence,
  action,
}: {
  consequence: EnforcementConsequence;
  action: EnforcementAction | null;
}) {
  const { enforcement, environment, liveCertificates } = consequence;
  if (enforcement.inherited) {
    return (
      <p className="small soft">
        The account above yours enforces this. Only there can it be turned off.
      </p>
    );
  }
  if (!action) {
    return <p className="small soft">Changing this needs the Manage mTLS permission.</p>;
  }
  if (enforcement.mode === 'enforce') {
    return <TurnOffForm environment={environment} action={action} />;
  }
  return (
    <EnforceForm environment={environment} liveCount={liveCertificates.length} action={action} />
  );
}
