/** The certificates of CAs: what a root and an issuing CA are, whoever holds their keys and whenever they are made. */
import { randomBytes } from 'node:crypto';
import type { Environment } from '@/lib/kernel/environments';
import { pkiAddresses } from '@/lib/pki/addresses';
import { copyOf } from '@/lib/pki/bytes';
import { readDer } from '@/lib/pki/der';
import { ISSUING_PROFILE, LEAF_PROFILE, ROOT_PROFILE } from '@/lib/pki/profile';
import { serialFrom } from '@/lib/pki/serial';
import { type SigningAlgorithm, signedDer } from '@/lib/pki/signing-algorithm';
import {
  AuthorityInfoAccessExtension,
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PublicKey,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@/lib/pki/x509';
import type { SigningKey } from './signing-key';

// X.520 upper bound of a common name, RFC 5280, A.1.
const MAX_NAME = 64;
const CA_USAGE = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;
// Bytes in the place of a signature, so that the library prints the rest; they are never part of a certificate.
const PLACEHOLDER = new Uint8Array([0x30, 0x06, 0x02, 0x01, 0x01, 0x02, 0x01, 0x01]);

/** @param generation 1 for the first; it is in the name from the second on */
export function rootName(providerName: string, generation: number): string {
  return `${providerName} Root CA${generation === 1 ? '' : ` ${generation}`}`;
}

export function issuingName(
  providerName: string,
  environment: Environment,
  generation: number,
): string {
  const word = environment.charAt(0).toUpperCase() + environment.slice(1);
  return `${providerName} ${word} Client CA ${generation}`;
}

/** @throws Error in words for the operator when a CA of this name cannot be made */
export function assertNameFits(providerName: string, names: readonly string[]): void {
  const longest = Math.max(...names.map((name) => [...name].length));
  if (providerName.trim() !== '' && longest <= MAX_NAME) return;
  throw new Error(
    `The provider's name "${providerName}" does not fit: the names of its CAs would have ${longest} characters, and 1 to ${MAX_NAME} are possible. Choose a shorter one.`,
  );
}

/** Self-signed. @see RFC 5280, 4.2.1.9 */
export function rootCertificate(input: {
  providerName: string;
  name: string;
  spkiDer: Uint8Array;
  /** Signs with the root's own key. */
  sign: SigningKey;
  now: Date;
}): Promise<Uint8Array> {
  const { providerName, name, now, sign } = input;
  const subject = named(providerName, name);
  const spkiDer = copyOf(input.spkiDer);
  return certificate({
    subject,
    issuer: subject,
    now,
    spkiDer,
    issuerSpki: spkiDer,
    sign,
    notAfter: new Date(now.getTime() + ROOT_PROFILE.validityMs),
    constraints: new BasicConstraintsExtension(true, undefined, true),
    more: [],
  });
}

export type SigningRoot = {
  readonly issuerId: string;
  readonly certificateDer: Uint8Array;
  readonly key: SigningKey;
};

/** One level below a root, for client certificates only; it never outlives its root. @see RFC 5280, 4.2.1.12 */
export function issuingCertificate(input: {
  providerName: string;
  name: string;
  spkiDer: Uint8Array;
  root: SigningRoot;
  /** Origin of the addresses in it; null: it has none. */
  pkiUrl: string | null;
  now: Date;
}): Promise<Uint8Array> {
  const { providerName, name, root, pkiUrl, now } = input;
  const rootCertificate = new X509Certificate(copyOf(root.certificateDer));
  const end = Math.min(
    now.getTime() + ISSUING_PROFILE.validityMs,
    rootCertificate.notAfter.getTime(),
  );
  return certificate({
    subject: named(providerName, name),
    issuer: rootCertificate.subjectName,
    now,
    spkiDer: input.spkiDer,
    issuerSpki: new Uint8Array(rootCertificate.publicKey.rawData),
    sign: root.key,
    notAfter: new Date(end),
    constraints: new BasicConstraintsExtension(true, ISSUING_PROFILE.pathLength, true),
    more: [
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth]),
      ...(pkiUrl === null ? [] : addressesOf(pkiUrl, root.issuerId)),
    ],
  });
}

/** The new root's name and key, signed by the old root: who trusts the old one only can follow. */
export function crossCertificate(input: {
  newRootDer: Uint8Array;
  oldRoot: SigningRoot;
  pkiUrl: string | null;
  now: Date;
}): Promise<Uint8Array> {
  const newRoot = new X509Certificate(copyOf(input.newRootDer));
  const oldRoot = new X509Certificate(copyOf(input.oldRoot.certificateDer));
  return certificate({
    subject: newRoot.subjectName,
    issuer: oldRoot.subjectName,
    now: input.now,
    spkiDer: new Uint8Array(newRoot.publicKey.rawData),
    issuerSpki: new Uint8Array(oldRoot.publicKey.rawData),
    sign: input.oldRoot.key,
    notAfter: new Date(Math.min(newRoot.notAfter.getTime(), oldRoot.notAfter.getTime())),
    constraints: new BasicConstraintsExtension(true, undefined, true),
    more: input.pkiUrl === null ? [] : addressesOf(input.pkiUrl, input.oldRoot.issuerId),
  });
}

async function certificate(input: {
  subject: Name;
  issuer: Name;
  now: Date;
  spkiDer: Uint8Array;
  issuerSpki: Uint8Array;
  sign: SigningKey;
  notAfter: Date;
  constraints: Extension;
  more: Extension[];
}): Promise<Uint8Array> {
  const publicKey = new PublicKey(copyOf(input.spkiDer));
  const { algorithm } = input.sign;
  const drafted = await X509CertificateGenerator.create({
    serialNumber: Buffer.from(serialFrom(randomBytes(16))).toString('hex'),
    subject: input.subject,
    issuer: input.issuer,
    notBefore: new Date(wholeSecond(input.now).getTime() - LEAF_PROFILE.backdateMs),
    notAfter: wholeSecond(input.notAfter),
    publicKey,
    signingAlgorithm: { ...algorithm.webCryptoKey, ...algorithm.webCryptoSign },
    signature: PLACEHOLDER,
    extensions: [
      input.constraints,
      new KeyUsagesExtension(CA_USAGE, true),
      await SubjectKeyIdentifierExtension.create(publicKey),
      await AuthorityKeyIdentifierExtension.create(new PublicKey(copyOf(input.issuerSpki))),
      ...input.more,
    ],
  });
  const tbsDer = readDer(new Uint8Array(drafted.rawData)).children[0]?.der ?? new Uint8Array();
  return signedDer(tbsDer, algorithm, await input.sign.sign(tbsDer));
}

function addressesOf(pkiUrl: string, issuerId: string): Extension[] {
  const { crlUrl, caUrl } = pkiAddresses(pkiUrl, issuerId);
  return [
    new CRLDistributionPointsExtension([crlUrl]),
    new AuthorityInfoAccessExtension({ caIssuers: [caUrl] }),
  ];
}

function named(providerName: string, commonName: string): Name {
  return new Name([{ O: [{ utf8String: providerName }] }, { CN: [{ utf8String: commonName }] }]);
}

function wholeSecond(moment: Date): Date {
  return new Date(Math.floor(moment.getTime() / 1000) * 1000);
}

export type CaKeyName = SigningAlgorithm['name'];
