/** From a verified request to the bytes to be signed. The profile decides everything but names and key (invariant 3). */
import type { PkiAddresses } from './addresses';
import { copyOf } from './bytes';
import type { VerifiedCsr } from './csr-check';
import { expect, readDer, TAG } from './der';
import { accountUri, LEAF_PROFILE } from './profile';
import { signingAlgorithmOf } from './signing-algorithm';
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonNameParams,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PublicKey,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from './x509';

export type Draft = {
  readonly tbsDer: Uint8Array;
  readonly issuerDer: Uint8Array;
  readonly addresses: PkiAddresses;
  readonly notAfter: Date;
};

// Bytes in the place of a signature, so that the library prints the rest; they are never part of a certificate.
const PLACEHOLDER = new Uint8Array([0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]);

/**
 * @param input.serial 16 bytes from `serialFrom` @param input.now the moment of issuing
 * @returns the to-be-signed bytes; whether the issuer lasts as long is for the lint to say
 * @see RFC 5280, 4.1
 */
export async function draftClientCertificate(input: {
  csr: VerifiedCsr;
  legalName: string;
  accountId: string;
  environment: string;
  issuerDer: Uint8Array;
  addresses: PkiAddresses;
  serial: Uint8Array;
  now: Date;
}): Promise<Draft> {
  const { csr, now, addresses } = input;
  const { webCryptoKey, webCryptoSign } = signingAlgorithmOf(input.issuerDer);
  const issuer = new X509Certificate(copyOf(input.issuerDer));
  const publicKey = new PublicKey(copyOf(csr.spkiDer));
  const second = Math.floor(now.getTime() / 1000) * 1000;
  const notAfter = new Date(second + LEAF_PROFILE.validityMs);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(input.serial).toString('hex'),
    subject: subjectOf(csr, input.legalName),
    issuer: issuer.subjectName,
    notBefore: new Date(second - LEAF_PROFILE.backdateMs),
    notAfter,
    publicKey,
    signingAlgorithm: { ...webCryptoKey, ...webCryptoSign },
    signature: PLACEHOLDER,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([
        ...dnsNamesOf(csr).map((value) => ({ type: 'dns' as const, value })),
        { type: 'url' as const, value: accountUri(input.accountId, input.environment) },
      ]),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      new CRLDistributionPointsExtension([addresses.crlUrl]),
      new AuthorityInfoAccessExtension({ ocsp: [addresses.ocspUrl], caIssuers: [addresses.caUrl] }),
    ],
  });
  const tbs = expect(
    readDer(new Uint8Array(certificate.rawData)).children[0],
    TAG.sequence,
    'a draft',
  );
  return { tbsDer: tbs.der, issuerDer: input.issuerDer, addresses, notAfter };
}

function subjectOf(csr: VerifiedCsr, legalName: string): Name {
  const parts: JsonNameParams = [];
  if (csr.country) parts.push({ C: [{ printableString: csr.country }] });
  if (csr.state) parts.push({ ST: [{ utf8String: csr.state }] });
  if (csr.locality) parts.push({ L: [{ utf8String: csr.locality }] });
  parts.push({ O: [{ utf8String: legalName }] }, { CN: [{ utf8String: csr.commonName }] });
  return new Name(parts);
}

/** The common name first, then the others in their order, each once whatever its case. */
function dnsNamesOf(csr: VerifiedCsr): string[] {
  const seen = new Set<string>();
  return [csr.commonName, ...csr.dnsNames].filter((name) => {
    const lower = name.toLowerCase();
    return seen.has(lower) ? false : seen.add(lower);
  });
}
