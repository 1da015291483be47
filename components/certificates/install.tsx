import { Download } from 'lucide-react';
import { Program, type ProgramChoice } from '@/components/connect/program';
import type { SnippetFacts } from '@/components/connect/snippets/facts';
import { Link } from '@/components/ui/link';
import type { DownloadFormat } from '@/lib/contract/operations';
import type { CertificateView } from '@/lib/contract/views';

const FORMATS: { format: DownloadFormat; name: string; use: string }[] = [
  {
    format: 'fullchain',
    name: 'Full chain, PEM',
    use: 'Certificate, then issuing CA. What curl, Node, Python, Go and nginx want beside your key.',
  },
  { format: 'pem', name: 'Certificate, PEM', use: 'The certificate alone, as text.' },
  {
    format: 'der',
    name: 'Certificate, DER',
    use: 'The same, binary. Java keytool and Windows take it.',
  },
  {
    format: 'chain',
    name: 'Chain, PEM',
    use: 'Issuing CA, then root. For programs that ask for the chain apart.',
  },
  {
    format: 'pkcs7',
    name: 'PKCS #7',
    use: 'Certificate, issuing CA and root in one file. For IIS and Java.',
  },
];

/** Every format with what it is for, and the first call with this certificate's names. */
export function Install({
  certificate,
  call,
}: {
  certificate: CertificateView;
  /** Null where the operator named no address for this environment. */
  call: { choice: ProgramChoice; facts: SnippetFacts } | null;
}) {
  return (
    <div className="cols">
      <section className="c5">
        <h2 className="h2 mb-3">Download</h2>
        <ul className="sheet files">
          {FORMATS.map(({ format, name, use }) => (
            <li key={format}>
              <span>
                <b>{name}</b>
                <small>{use}</small>
              </span>
              <a
                className="btn btn-sm"
                href={`/certificates/${certificate.id}/download?format=${format}`}
                aria-label={`Download ${name}`}
                download
              >
                <Download className="icon" aria-hidden="true" />
                Download
              </a>
            </li>
          ))}
        </ul>
        <p className="small quiet mt-3">
          None of them holds the private key: that is the file you made the request with. The CAs,
          their revocation lists and what checks them are at{' '}
          <Link className="link wraps" href="/pki">
            Certificate authorities
          </Link>
          .
        </p>
      </section>
      {certificate.status === 'live' ? (
        <section className="c7">
          <h2 className="h2 mb-3">Make a call</h2>
          {call ? (
            <Program choice={call.choice} facts={call.facts} />
          ) : (
            <p className="small soft">
              No address of the {certificate.environment} edge is set here. Ask your provider.
            </p>
          )}
          <p className="small soft mt-3">
            <Link className="link" href={`/connect?environment=${certificate.environment}`}>
              Connect
            </Link>{' '}
            has every step, and what the edge saw.
          </p>
        </section>
      ) : null}
    </div>
  );
}
