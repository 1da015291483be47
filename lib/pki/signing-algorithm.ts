/** How a CA key signs, by what kind of key it is: one algorithm for each, so that a certificate never has a choice. */
import { bytesOfHex, copyOf, hexOf } from './bytes';
import { DerError, type DerNode, expect, readDer, TAG } from './der';
import { bitString, sequence } from './der-write';
import { judgeKey } from './key';

export type SigningAlgorithm = {
  readonly name: 'EC P-256' | 'EC P-384' | 'RSA 2048' | 'RSA 3072' | 'RSA 4096';
  /** AlgorithmIdentifier, DER. */
  readonly identifierDer: Uint8Array;
  /** For `importKey` and `generateKey`. */
  readonly webCryptoKey: RsaHashedImportParams | EcKeyImportParams;
  /** For `sign` and `verify`. */
  readonly webCryptoSign: { readonly name: string; readonly hash: string };
  /** Octets of r and of s in WebCrypto's form; null where signatures are taken as they are. */
  readonly ecdsaOctets: number | null;
};

const ECDSA_SHA256 = bytesOfHex('300A06082A8648CE3D040302');
const ECDSA_SHA384 = bytesOfHex('300A06082A8648CE3D040303');
const RSA_SHA256 = bytesOfHex('300D06092A864886F70D01010B0500');
const RSA = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } as const;

const rsa = (name: SigningAlgorithm['name']): SigningAlgorithm => ({
  name,
  identifierDer: RSA_SHA256,
  webCryptoKey: RSA,
  webCryptoSign: RSA,
  ecdsaOctets: null,
});

/** @see RFC 5758, 3.2 RFC 4055, 5 */
export const SIGNING_ALGORITHMS: readonly SigningAlgorithm[] = [
  {
    name: 'EC P-256',
    identifierDer: ECDSA_SHA256,
    webCryptoKey: { name: 'ECDSA', namedCurve: 'P-256' },
    webCryptoSign: { name: 'ECDSA', hash: 'SHA-256' },
    ecdsaOctets: 32,
  },
  {
    name: 'EC P-384',
    identifierDer: ECDSA_SHA384,
    webCryptoKey: { name: 'ECDSA', namedCurve: 'P-384' },
    webCryptoSign: { name: 'ECDSA', hash: 'SHA-384' },
    ecdsaOctets: 48,
  },
  rsa('RSA 2048'),
  rsa('RSA 3072'),
  rsa('RSA 4096'),
];

const OF_CERTIFICATE = new Map<string, SigningAlgorithm>();
const MAX_KNOWN = 64;

/** @throws DerError when the certificate cannot be read, or holds a key that no CA of ours has */
export function signingAlgorithmOf(certificateDer: Uint8Array): SigningAlgorithm {
  const tbs = readDer(certificateDer).children[0];
  const spki = expect(tbs?.children[6], TAG.sequence, 'the public key');
  const id = hexOf(spki.der);
  const known = OF_CERTIFICATE.get(id);
  if (known) return known;
  const found = algorithmOfKey(spki);
  if (OF_CERTIFICATE.size < MAX_KNOWN) OF_CERTIFICATE.set(id, found);
  return found;
}

/** @param spki SubjectPublicKeyInfo @throws DerError for a key that no CA of ours has */
export function algorithmOfKey(spki: DerNode): SigningAlgorithm {
  const { facts, findings } = judgeKey(spki);
  const found = SIGNING_ALGORITHMS.find(({ name }) => name === facts.label);
  const fault = findings.find(({ severity }) => severity === 'error');
  if (found && !fault) return found;
  throw new DerError(`a CA key that is not taken: ${fault?.message ?? facts.label}`);
}

/**
 * What is signed, the algorithm and the signature, as certificates and CRLs put them together.
 * @param signature as X.509 has it @see RFC 5280, 4.1.1 and 5.1.1
 */
export function signedDer(
  tbsDer: Uint8Array,
  algorithm: SigningAlgorithm,
  signature: Uint8Array,
): Uint8Array {
  return sequence(copyOf(tbsDer), algorithm.identifierDer, bitString(signature));
}
