/** What is in a certificate, for people. */
import { copyOf, hexOf, sha256 } from './bytes';
import { readDer } from './der';
import { judgeKey } from './key';
import {
  type Name,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
} from './x509';

export type CertificateFacts = {
  /** RFC 4514 text, most specific first. */
  subject: string;
  subjectParts: { type: string; value: string }[];
  commonName: string;
  sans: string[];
  serialHex: string;
  sha256Fingerprint: string;
  spkiSha256Hex: string;
  subjectKeyIdHex: string;
  issuer: string;
  keyLabel: string;
  signatureAlgorithm: string;
  notBefore: Date;
  notAfter: Date;
  sizeBytes: number;
};

/** @param der a certificate we made, or one that parses as X.509 */
export async function certificateFacts(der: Uint8Array): Promise<CertificateFacts> {
  const certificate = new X509Certificate(copyOf(der));
  const spki = new Uint8Array(certificate.publicKey.rawData);
  const names = certificate.getExtension(SubjectAlternativeNameExtension);
  const keyId = certificate.getExtension(SubjectKeyIdentifierExtension);
  const parts = partsOf(certificate.subjectName);
  return {
    subject: nameText(parts),
    subjectParts: parts,
    commonName: parts.find((part) => part.type === 'CN')?.value ?? '',
    sans: names?.names.toJSON().map((name) => String(name.value)) ?? [],
    serialHex: certificate.serialNumber.toUpperCase(),
    sha256Fingerprint: hexOf(await sha256(der)),
    spkiSha256Hex: hexOf(await sha256(spki)),
    subjectKeyIdHex: keyId?.keyId.toUpperCase() ?? '',
    issuer: partsOf(certificate.issuerName).find((part) => part.type === 'CN')?.value ?? '',
    keyLabel: judgeKey(readDer(spki)).facts.label,
    signatureAlgorithm: `${certificate.signatureAlgorithm.name} with ${certificate.signatureAlgorithm.hash.name}`,
    notBefore: certificate.notBefore,
    notAfter: certificate.notAfter,
    sizeBytes: der.length,
  };
}

function partsOf(name: Name): { type: string; value: string }[] {
  return name.toJSON().flatMap((rdn) =>
    Object.entries(rdn).flatMap(([type, values]) =>
      values.map((value) => ({
        type,
        value: typeof value === 'string' ? value : String(Object.values(value)[0]),
      })),
    ),
  );
}

/** @see RFC 4514, 2.4 */
export function nameText(parts: readonly { type: string; value: string }[]): string {
  return [...parts]
    .reverse()
    .map(({ type, value }) => `${type}=${value.replace(/([\\",+;<>]|^[ #]| $)/g, '\\$1')}`)
    .join(', ');
}
