import { Download } from 'lucide-react';
import { Moment } from '@/components/time/when';
import { CopyButton } from '@/components/ui/copy';
import { Fact, grouped } from '@/components/ui/fact';
import type { CertificateView } from '@/lib/contract/views';
import { DerView } from './der-view';
import { CheckThis, RevocationFacts, type RevocationPlaces } from './revocation-facts';

export type MoreFacts = {
  spkiSha256Hex: string;
  subjectKeyIdHex: string | null;
  signatureAlgorithm: string;
};

/** Everything that is in the certificate, copyable. */
export function FactsTab({
  certificate,
  more,
  places,
  now,
}: {
  certificate: CertificateView;
  more: MoreFacts;
  places: RevocationPlaces;
  now: Date;
}) {
  const download = `/certificates/${certificate.id}/download`;
  return (
    <div className="cols">
      <div className="c7">
        <Identity certificate={certificate} />
        <Numbers certificate={certificate} more={more} />
        <Validity certificate={certificate} more={more} />
        <RevocationFacts certificate={certificate} places={places} now={now} />
        <CheckThis certificate={certificate} places={places} />
      </div>
      <aside className="c5 stays">
        <DerView pem={certificate.pem}>
          <CopyButton value={certificate.pem} what="PEM" look="button" />
          <a className="btn btn-sm" href={`${download}?format=pem`} download>
            <Download className="icon" aria-hidden="true" />
            PEM
          </a>
          <a className="btn btn-sm" href={`${download}?format=der`} download>
            DER
          </a>
        </DerView>
      </aside>
    </div>
  );
}

function Identity({ certificate }: { certificate: CertificateView }) {
  return (
    <section className="group">
      <h2 className="h3">Identity</h2>
      <dl className="facts">
        <Fact name="Common name" form="mono" copy={certificate.commonName}>
          {certificate.commonName}
        </Fact>
        <Fact name="Subject" form="mono" copy={certificate.subject}>
          {subjectParts(certificate.subject).map((part) => (
            <span key={part}>
              {part}
              <wbr />
            </span>
          ))}
        </Fact>
        {certificate.sans.map((name) => (
          <Fact
            key={name}
            name={name.startsWith('urn:') ? 'URI name' : 'DNS name'}
            form="mono"
            copy={name}
          >
            {name}
          </Fact>
        ))}
        <Fact name="Id here" form="mono" copy={certificate.id}>
          {certificate.id}
        </Fact>
      </dl>
    </section>
  );
}

function Numbers({ certificate, more }: { certificate: CertificateView; more: MoreFacts }) {
  return (
    <section className="group">
      <h2 className="h3">Numbers</h2>
      <dl className="facts">
        <Fact name="Serial" form="hex" copy={certificate.serialHex}>
          {grouped(certificate.serialHex)}
        </Fact>
        <Fact name="SHA-256" form="hex" copy={certificate.sha256Fingerprint}>
          {grouped(certificate.sha256Fingerprint)}
        </Fact>
        <Fact name="Key SHA-256" form="hex" copy={more.spkiSha256Hex}>
          {grouped(more.spkiSha256Hex.toUpperCase())}
        </Fact>
        {more.subjectKeyIdHex ? (
          <Fact name="Key identifier" form="hex" copy={more.subjectKeyIdHex}>
            {grouped(more.subjectKeyIdHex.toUpperCase())}
          </Fact>
        ) : null}
      </dl>
    </section>
  );
}

function Validity({ certificate, more }: { certificate: CertificateView; more: MoreFacts }) {
  return (
    <section className="group">
      <h2 className="h3">Validity and use</h2>
      <dl className="facts">
        <Fact name="From">
          <Moment at={certificate.notBefore} />
        </Fact>
        <Fact name="To">
          <Moment at={certificate.notAfter} />
        </Fact>
        <Fact name="Key">{certificate.keyLabel}</Fact>
        <Fact name="Signature">{more.signatureAlgorithm}</Fact>
        <Fact name="Use">Client authentication only</Fact>
      </dl>
    </section>
  );
}

/** RFC 4514 text cut after its commas, where a narrow line may break; escaped commas do not count. */
function subjectParts(subject: string): string[] {
  return subject.split(/(?<=(?<!\\),)/);
}
