/** A CA key that signs and cannot be read: from a sealed file or in a token, behind the same WebCrypto interface. */
import { Crypto } from '@peculiar/webcrypto';
import { copyOf } from '@/lib/pki/bytes';
import { sequence, unsigned } from '@/lib/pki/der-write';
import { type SigningAlgorithm, signingAlgorithmOf } from '@/lib/pki/signing-algorithm';
import { X509Certificate } from '@/lib/pki/x509';
import { openSecret, type SealingKey } from './sealed-key';

export type SigningKey = {
  readonly algorithm: SigningAlgorithm;
  /** @returns the signature value as X.509 has it: ECDSA as SEQUENCE of r and s (RFC 3279, 2.2.3), RSA as it is */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
};

/** What of an engine is needed of the one that holds the key. */
type Subtle = Pick<SubtleCrypto, 'sign'>;

/** @throws Error when the key does not belong to the certificate */
export async function webCryptoSigningKey(input: {
  subtle: Subtle;
  key: CryptoKey;
  certificateDer: Uint8Array;
}): Promise<SigningKey> {
  const { subtle, key, certificateDer } = input;
  const algorithm = signingAlgorithmOf(certificateDer);
  await proveMatch(subtle, key, algorithm, certificateDer);
  return webCryptoSigner({ subtle, key, algorithm });
}

/** A key that was made a moment ago, before it has a certificate. */
export function webCryptoSigner(input: {
  subtle: Subtle;
  key: CryptoKey;
  algorithm: SigningAlgorithm;
}): SigningKey {
  const { subtle, key, algorithm } = input;
  return {
    algorithm,
    async sign(bytes) {
      const raw = new Uint8Array(await subtle.sign(algorithm.webCryptoSign, key, copyOf(bytes)));
      return algorithm.ecdsaOctets === null ? raw : ecdsaDer(raw);
    },
  };
}

/** @throws SealError, or Error when the key is no such key or that of another certificate */
export async function sealedSigningKey(input: {
  sealedKey: string;
  sealingKey: SealingKey;
  certificateDer: Uint8Array;
}): Promise<SigningKey> {
  const { certificateDer } = input;
  const { subtle } = new Crypto();
  const opened = openSecret(input.sealedKey, input.sealingKey);
  const pkcs8 = copyOf(opened);
  const { webCryptoKey } = signingAlgorithmOf(certificateDer);
  try {
    const key = await subtle.importKey('pkcs8', pkcs8, webCryptoKey, false, ['sign']);
    return await webCryptoSigningKey({ subtle, key, certificateDer });
  } finally {
    for (const copy of [opened, pkcs8]) copy.fill(0);
  }
}

/** Signs a fixed text and verifies it by the certificate's key: a swapped file must not be found out by customers. */
async function proveMatch(
  subtle: Subtle,
  key: CryptoKey,
  algorithm: SigningAlgorithm,
  certificateDer: Uint8Array,
): Promise<void> {
  const text = new TextEncoder().encode('countersign key check');
  const signature = await subtle.sign(algorithm.webCryptoSign, key, text);
  const spki = new X509Certificate(copyOf(certificateDer)).publicKey.rawData;
  const software = new Crypto().subtle;
  const { webCryptoKey, webCryptoSign } = algorithm;
  const publicKey = await software.importKey('spki', spki, webCryptoKey, false, ['verify']);
  if (await software.verify(webCryptoSign, publicKey, signature, text)) return;
  throw new Error('an issuing key does not belong to its certificate');
}

// WebCrypto gives r and s side by side.
function ecdsaDer(raw: Uint8Array): Uint8Array {
  const half = raw.length / 2;
  return sequence(unsigned(raw.subarray(0, half)), unsigned(raw.subarray(half)));
}
