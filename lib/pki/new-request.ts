/** Makes a key and its signing request by WebCrypto: in a browser, or wherever else there is an engine. */
import { copyOf } from './bytes';
import { TAG } from './der';
import {
  bitString,
  context,
  octetString,
  oid,
  sequence,
  setOf,
  text,
  tlv,
  unsigned,
  wholeNumber,
} from './der-write';
import { OID } from './oids';
import { pemOf } from './pem';

export const BROWSER_KEYS = ['EC P-256', 'EC P-384', 'RSA 2048', 'RSA 3072', 'RSA 4096'] as const;
export type BrowserKey = (typeof BROWSER_KEYS)[number];

export type RequestedSubject = {
  commonName: string;
  organization?: string | null;
  country?: string | null;
  state?: string | null;
  locality?: string | null;
  dnsNames: readonly string[];
};

type Kind = {
  generation: RsaHashedKeyGenParams | EcKeyGenParams;
  signing: Algorithm | EcdsaParams;
  signatureId: string;
};

const F4 = Uint8Array.of(1, 0, 1);
const ec = (namedCurve: string, hash: string, signatureId: string): Kind => ({
  generation: { name: 'ECDSA', namedCurve },
  signing: { name: 'ECDSA', hash },
  signatureId,
});
const rsa = (modulusLength: number): Kind => ({
  generation: { name: 'RSASSA-PKCS1-v1_5', modulusLength, publicExponent: F4, hash: 'SHA-256' },
  signing: { name: 'RSASSA-PKCS1-v1_5' },
  signatureId: OID.sha256Rsa,
});

const KINDS: Record<BrowserKey, Kind> = {
  'EC P-256': ec('P-256', 'SHA-256', OID.ecdsaSha256),
  'EC P-384': ec('P-384', 'SHA-384', OID.ecdsaSha384),
  'RSA 2048': rsa(2048),
  'RSA 3072': rsa(3072),
  'RSA 4096': rsa(4096),
};

export function isBrowserKey(label: string): label is BrowserKey {
  return Object.hasOwn(KINDS, label);
}

/** A fresh key pair whose private half can be exported, which saving it needs. */
export function newKeyPair(kind: BrowserKey, subtle: SubtleCrypto): Promise<CryptoKeyPair> {
  return subtle.generateKey(KINDS[kind].generation, true, ['sign', 'verify']);
}

/**
 * The request for a key, as PEM text. Values go in as they are given: `checkCsr` says what is wrong with them.
 * @see RFC 2986, 4; RFC 5480 for ECDSA, RFC 4055 for RSA
 */
export async function newRequest(
  subject: RequestedSubject,
  key: { kind: BrowserKey; pair: CryptoKeyPair; subtle: SubtleCrypto },
): Promise<string> {
  const { signing, signatureId } = KINDS[key.kind];
  const spki = new Uint8Array(await key.subtle.exportKey('spki', key.pair.publicKey));
  const info = sequence(
    wholeNumber(0),
    nameOf(subject),
    spki,
    context(0, ...requestedNames(subject.dnsNames)),
  );
  const signed = await key.subtle.sign(signing, key.pair.privateKey, copyOf(info));
  const isEc = signing.name === 'ECDSA';
  const signature = isEc ? ecdsaSignature(new Uint8Array(signed)) : new Uint8Array(signed);
  // RFC 4055, 5 asks for the NULL; RFC 5758, 3.2 forbids it.
  const algorithm = isEc ? sequence(oid(signatureId)) : sequence(oid(signatureId), tlv(TAG.null));
  return pemOf(sequence(info, algorithm, bitString(signature)), 'CERTIFICATE REQUEST');
}

/** In the order in which openssl writes it, largest part first. @see RFC 5280, 4.1.2.4 */
function nameOf(subject: RequestedSubject): Uint8Array {
  const parts: [string, string | null | undefined, number][] = [
    // X520countryName is a PrintableString, and nothing else (RFC 5280, A.1).
    [OID.country, subject.country, TAG.printableString],
    [OID.state, subject.state, TAG.utf8String],
    [OID.locality, subject.locality, TAG.utf8String],
    [OID.organization, subject.organization, TAG.utf8String],
    [OID.commonName, subject.commonName, TAG.utf8String],
  ];
  return sequence(
    ...parts.flatMap(([id, value, tag]) =>
      value ? [setOf(sequence(oid(id), text(tag, value)))] : [],
    ),
  );
}

/** @see RFC 2985, 5.4.2; RFC 5280, 4.2.1.6 */
function requestedNames(names: readonly string[]): Uint8Array[] {
  if (names.length === 0) return [];
  const value = sequence(...[...new Set(names)].map((name) => text(DNS_NAME, name)));
  const extension = sequence(oid(OID.subjectAltName), octetString(value));
  return [sequence(oid(OID.extensionRequest), setOf(sequence(extension)))];
}

const DNS_NAME = 0x82;

/** WebCrypto's r and s side by side, as the SEQUENCE that X.509 wants. @see RFC 5480, appendix A; RFC 3279, 2.2.3 */
export function ecdsaSignature(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return sequence(unsigned(raw.subarray(0, half)), unsigned(raw.subarray(half)));
}
