/** From a verified request to the bytes to be signed. The profile decides everything but names and key (invariant 3). */
import { createHash } from 'node:crypto';
import type { PkiAddresses } from './addresses';
import { copyOf } from './bytes';
import type { VerifiedCsr } from './csr-check';
import { expect, readDer, TAG } from './der';
import { type LeafParts, type LeafTemplate, leafTemplate } from './leaf-template';
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

export type DraftInput = {
  csr: VerifiedCsr;
  legalName: string;
  accountId: string;
  environment: string;
  issuerDer: Uint8Array;
  addresses: PkiAddresses;
  /** 16 bytes from `serialFrom`. */
  serial: Uint8Array;
  /** The moment of issuing. */
  now: Date;
};

// One for each issuer and its addresses: what a template holds of them never changes.
const TEMPLATES = new Map<string, LeafTemplate>();
const MAX_TEMPLATES = 64;

/**
 * By the library the first time an issuer is met, and by the template of what it wrote from then on.
 * @returns the to-be-signed bytes; whether the issuer lasts as long is for the lint to say
 * @see RFC 5280, 4.1
 */
export async function draftClientCertificate(input: DraftInput): Promise<Draft> {
  const { issuerDer, addresses } = input;
  const parts = leafParts(input);
  const { notAfter } = parts;
  const id = templateId(input);
  const known = TEMPLATES.get(id);
  if (known) return { tbsDer: known(parts), issuerDer, addresses, notAfter };
  const tbsDer = await libraryTbs(input);
  if (TEMPLATES.size < MAX_TEMPLATES) TEMPLATES.set(id, leafTemplate(tbsDer, parts));
  return { tbsDer, issuerDer, addresses, notAfter };
}

function templateId({ issuerDer, addresses }: DraftInput): string {
  const issuer = createHash('sha256').update(issuerDer).digest('hex');
  return [issuer, addresses.caUrl, addresses.crlUrl, addresses.ocspUrl].join(' ');
}

/** What the profile takes from a request, in the order of our certificates. */
export function leafParts(input: DraftInput): LeafParts {
  const { csr, legalName, now } = input;
  const second = Math.floor(now.getTime() / 1000) * 1000;
  const subject: LeafParts['subject'][number][] = [];
  if (csr.country) subject.push({ type: 'C', value: csr.country });
  if (csr.state) subject.push({ type: 'ST', value: csr.state });
  if (csr.locality) subject.push({ type: 'L', value: csr.locality });
  subject.push({ type: 'O', value: legalName }, { type: 'CN', value: csr.commonName });
  return {
    serial: input.serial,
    notBefore: new Date(second - LEAF_PROFILE.backdateMs),
    notAfter: new Date(second + LEAF_PROFILE.validityMs),
    subject,
    dnsNames: dnsNamesOf(csr),
    accountUri: accountUri(input.accountId, input.environment),
    spkiDer: csr.spkiDer,
  };
}

/** The same bytes, all of them by @peculiar/x509, which is the authority on what they are. */
export async function libraryTbs(input: DraftInput): Promise<Uint8Array> {
  const { addresses } = input;
  const parts = leafParts(input);
  const { webCryptoKey, webCryptoSign } = signingAlgorithmOf(input.issuerDer);
  const issuer = new X509Certificate(copyOf(input.issuerDer));
  const publicKey = new PublicKey(copyOf(parts.spkiDer));
  const certificate = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(parts.serial).toString('hex'),
    subject: libraryName(parts),
    issuer: issuer.subjectName,
    notBefore: parts.notBefore,
    notAfter: parts.notAfter,
    publicKey,
    signingAlgorithm: { ...webCryptoKey, ...webCryptoSign },
    signature: PLACEHOLDER,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([
        ...parts.dnsNames.map((value) => ({ type: 'dns' as const, value })),
        { type: 'url' as const, value: parts.accountUri },
      ]),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      new CRLDistributionPointsExtension([addresses.crlUrl]),
      new AuthorityInfoAccessExtension({ ocsp: [addresses.ocspUrl], caIssuers: [addresses.caUrl] }),
    ],
  });
  const der = new Uint8Array(certificate.rawData);
  return expect(readDer(der).children[0], TAG.sequence, 'a draft').der;
}

function libraryName({ subject }: LeafParts): Name {
  const parts: JsonNameParams = subject.map(({ type, value }) => ({
    [type]: [type === 'C' ? { printableString: value } : { utf8String: value }],
  }));
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
