import { Check, Download } from 'lucide-react';
import { Ago, Day } from '@/components/time/when';
import { CopyButton } from '@/components/ui/copy';
import { Link } from '@/components/ui/link';
import { hostOf } from '@/components/words';
import type { CertificateView, EnforcementConsequence } from '@/lib/contract/views';
import { fileStemOf } from '@/lib/pki/csr-command';
import { curlWithCertificate, curlWithoutCertificate } from './curl';

type Place = { consequence: EnforcementConsequence; certificate: CertificateView | null };

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
        title="Put two files beside your program"
        state={certificate?.lastSeenAt ? 'done' : 'open'}
      >
        <Files certificate={certificate} />
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

function Files({ certificate }: { certificate: CertificateView | null }) {
  const stem = fileStemOf(certificate?.commonName ?? 'client');
  return (
    <>
      <p>The key is the one you made; we never had it.</p>
      <ul className="files">
        <li>
          <span>
            <code>{stem}.key</code>
            <small>yours, keep it readable by the program only</small>
          </span>
        </li>
        <li>
          <span>
            <code>{stem}-fullchain.pem</code>
            <small>certificate, then issuing CA</small>
          </span>
          {certificate ? (
            <a
              className="btn btn-sm"
              href={`/certificates/${certificate.id}/download?format=fullchain`}
              download
            >
              <Download className="icon" aria-hidden="true" />
              Download
            </a>
          ) : null}
        </li>
      </ul>
    </>
  );
}

function Call({ place }: { place: Place }) {
  const { certificate, consequence } = place;
  if (!consequence.mtlsUrl) return <NoAddress />;
  const command = curlWithCertificate({
    mtlsUrl: consequence.mtlsUrl,
    commonName: certificate?.commonName ?? 'client',
    apiClient: consequence.apiClients[0] ?? null,
  });
  return (
    <>
      <Command command={command} note="It asks for the password of the API client." />
      <p className="mt-2.5">
        Does curl not trust the host? Add <code>--cacert</code> with your provider's CA file. Never{' '}
        <code>-k</code>: your API password would go to whoever answers.
      </p>
    </>
  );
}

function Standard({ place }: { place: Place }) {
  const { consequence } = place;
  if (!consequence.standardUrl) return <NoAddress />;
  const command = curlWithoutCertificate({
    standardUrl: consequence.standardUrl,
    apiClient: consequence.apiClients[0] ?? null,
  });
  const enforced = consequence.enforcement.mode === 'enforce';
  return (
    <>
      <p>
        {enforced ? (
          <>
            {hostOf(consequence.standardUrl)} takes calls without a certificate. Your account
            enforces mTLS, so yours get 403 <code>mtls_required</code>.
          </>
        ) : (
          <>
            {hostOf(consequence.standardUrl)} takes calls without a certificate: this passes until
            you{' '}
            <Link className="link" href="/enforcement">
              enforce {consequence.environment}
            </Link>
            .
          </>
        )}
      </p>
      <Command command={command} note="No certificate, the same API client." />
    </>
  );
}

function Command({ command, note }: { command: string; note: string }) {
  return (
    <div className="codeblock">
      <header>
        <b>curl</b>
        <span className="end">
          <CopyButton value={command} what="command" look="button" />
        </span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard. */}
      <pre className="command" tabIndex={0}>
        {command}
      </pre>
      <footer>{note}</footer>
    </div>
  );
}

function NoAddress() {
  return <p>No address of this edge is set here. Ask your provider for it.</p>;
}
