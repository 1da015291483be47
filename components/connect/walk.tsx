import { Check, Download } from 'lucide-react';
import { standingOf } from '@/components/enforcement/words';
import { Ago, Day } from '@/components/time/when';
import { CodeBlock } from '@/components/ui/code-block';
import { Link } from '@/components/ui/link';
import { hostOf } from '@/components/words';
import type {
  CertificateView,
  EnforcementConsequence,
  EnforcementView,
} from '@/lib/contract/views';
import { filesBeside, Program, type ProgramChoice } from './program';
import { curlStandard } from './snippets/curl';
import type { SnippetFacts } from './snippets/facts';

type Place = {
  consequence: EnforcementConsequence;
  certificate: CertificateView | null;
  facts: SnippetFacts;
  choice: ProgramChoice;
};

/** Four steps from nothing to a call that passes, with the account's own names. */
export function Walk({ place }: { place: Place }) {
  const { certificate } = place;
  return (
    <ol className="walk">
      <Step number={1} title="Issue a certificate" state={certificate ? 'done' : 'open'}>
        <Issued place={place} />
      </Step>
      <Step
        number={2}
        title="Put the files beside your program"
        state={certificate?.lastSeenAt ? 'done' : 'open'}
      >
        <Files place={place} />
      </Step>
      <Step number={3} title="Make the call" state={certificate?.lastSeenAt ? 'done' : 'open'}>
        <Call place={place} />
      </Step>
      <Step number={4} title="Compare with the standard host" state="open">
        <Standard place={place} />
      </Step>
    </ol>
  );
}

function Step({
  number,
  title,
  state,
  children,
}: {
  number: number;
  title: string;
  state: 'done' | 'open';
  children: React.ReactNode;
}) {
  return (
    <li className={state}>
      <span className="n">
        {state === 'done' ? <Check className="icon" aria-label="Done" /> : number}
      </span>
      <h2 className="h3">{title}</h2>
      {children}
    </li>
  );
}

function Issued({ place }: { place: Place }) {
  const { certificate, consequence } = place;
  if (!certificate) {
    return (
      <p>
        There is no live certificate in {consequence.environment} yet.{' '}
        <Link className="link" href={`/certificates/new?environment=${consequence.environment}`}>
          Issue certificate
        </Link>
      </p>
    );
  }
  return (
    <p>
      <Link className="link wraps" href={`/certificates/${certificate.id}`}>
        {certificate.label}
      </Link>
      , issued <Ago at={certificate.createdAt} />, valid to <Day at={certificate.notAfter} />.
    </p>
  );
}

const FROM = {
  key: 'yours: the file you made the request with. Let the program alone read it',
  chain: 'certificate, then issuing CA',
  ca: "the CA of the host's own certificate: without it your program does not trust us",
};

function Files({ place }: { place: Place }) {
  const { certificate, consequence, facts } = place;
  const links = {
    key: null,
    chain: certificate ? `/certificates/${certificate.id}/download?format=fullchain` : null,
    ca: `/connect/server-ca?environment=${consequence.environment}`,
  };
  return (
    <>
      <p>The key is the one you made; we never had it.</p>
      <ul className="files">
        {filesBeside(facts).map(({ name, from }) => (
          <li key={name}>
            <span>
              <code>{name}</code>
              <small>{FROM[from]}</small>
            </span>
            {links[from] ? (
              <a
                className="btn btn-sm"
                href={links[from]}
                aria-label={`Download ${name}`}
                download={name}
              >
                <Download className="icon" aria-hidden="true" />
                Download
              </a>
            ) : null}
          </li>
        ))}
      </ul>
    </>
  );
}

function Call({ place }: { place: Place }) {
  const { consequence, facts, choice } = place;
  if (!consequence.mtlsUrl) return <NoAddress />;
  return <Program choice={choice} facts={facts} />;
}

function Standard({ place }: { place: Place }) {
  const { consequence } = place;
  if (!consequence.standardUrl) return <NoAddress />;
  const command = curlStandard({ ...place.facts, standardUrl: consequence.standardUrl });
  return (
    <>
      <p>
        {hostOf(consequence.standardUrl)} takes calls without a certificate
        <WhatBecomesOfIt enforcement={consequence.enforcement} />
      </p>
      <CodeBlock
        name="curl"
        what="command"
        text={command}
        footer="No certificate, the same API client."
      />
    </>
  );
}

/** Of a call without a certificate, as the account's policy has it now. */
function WhatBecomesOfIt({ enforcement }: { enforcement: EnforcementView }) {
  const { environment, trial } = enforcement;
  const place = `/enforcement?environment=${environment}`;
  switch (standingOf(enforcement)) {
    case 'enforce':
      return (
        <>
          . Your account enforces mTLS, so yours get 403 <code>mtls_required</code>.
        </>
      );
    case 'trial':
      return (
        <>
          . Your account enforces mTLS{' '}
          <Link className="link" href={place}>
            on trial
          </Link>
          {trial ? ` until ${trial.endsAt.slice(11, 16)} UTC` : ''}, so yours get 403{' '}
          <code>mtls_required</code>.
        </>
      );
    case 'observe':
      return (
        <>
          : this passes, and is counted among the calls that enforcing would refuse.{' '}
          <Link className="link" href={place}>
            See the evidence
          </Link>
        </>
      );
    case 'off':
      return (
        <>
          : this passes until you{' '}
          <Link className="link" href={place}>
            enforce {environment}
          </Link>
          .
        </>
      );
  }
}

function NoAddress() {
  return <p>No address of this edge is set here. Ask your provider for it.</p>;
}
