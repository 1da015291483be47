import { ocspAndCrlCheck } from '@/components/pki/commands';
import { CodeBlock } from '@/components/ui/code-block';
import { Fact } from '@/components/ui/fact';
import { Link } from '@/components/ui/link';
import type { CertificateView } from '@/lib/contract/views';
import { fileStemOf } from '@/lib/pki/csr-command';

/** Where foreign software learns whether a certificate was revoked. */
export type RevocationPlaces = {
  issuerId: string;
  caUrl: string;
  crlUrl: string;
  ocspUrl: string;
  bundleUrl: string;
  /** Number of the newest list, when that was made to have it; null before. */
  listedIn: number | null;
};

export function RevocationFacts({
  certificate,
  places,
  now,
}: {
  certificate: CertificateView;
  places: RevocationPlaces;
  now: Date;
}) {
  const { issuerId, crlUrl, ocspUrl } = places;
  return (
    <section className="group">
      <h2 className="h3">Issuer and revocation</h2>
      <dl className="facts">
        <Fact name="Issuer" copy={certificate.issuer} note="Its certificate, bundle and lists">
          <Link className="link wraps" href={`/pki#${issuerId}`}>
            {certificate.issuer}
          </Link>
        </Fact>
        <Fact name="CRL" form="mono" copy={crlUrl}>
          {crlUrl}
        </Fact>
        <Fact name="OCSP" form="mono" copy={ocspUrl}>
          {ocspUrl}
        </Fact>
        {certificate.status === 'revoked' ? (
          <Fact name="In the list">{listedText(places.listedIn, certificate, now)}</Fact>
        ) : null}
      </dl>
    </section>
  );
}

/** For a shell in the folder of the downloaded certificate. */
export function CheckThis({
  certificate,
  places: { bundleUrl, caUrl },
}: {
  certificate: CertificateView;
  places: RevocationPlaces;
}) {
  const file = `${fileStemOf(certificate.commonName)}.pem`;
  return (
    <div className="mt-5">
      <CodeBlock
        name="Check it with openssl"
        what="commands"
        text={ocspAndCrlCheck({ certificate: file, bundleUrl, caUrl })}
        footer={`For a shell in the folder of ${file}, the download named Certificate, PEM.`}
      />
    </div>
  );
}

function listedText(
  listedIn: number | null,
  { notAfter }: Pick<CertificateView, 'notAfter'>,
  now: Date,
): string {
  if (new Date(notAfter) <= now) return 'It has expired, and lists leave out what has';
  if (listedIn === null) return 'Not yet: it is entered within seconds';
  return `Yes: number ${listedIn}, the newest, has it`;
}
