/** A CA with a key at hand, for tests of what CAs sign beside certificates. */
import { createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { signedDer, signingAlgorithmOf } from '../signing-algorithm';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '../x509';

export type TestCa = {
  readonly certificateDer: Uint8Array;
  readonly keys: CryptoKeyPair;
  readonly privateKey: KeyObject;
  /** What was to be signed, signed: a CRL or a certificate. */
  signed(tbsDer: Uint8Array): Uint8Array;
};

const KINDS = {
  'EC P-256': [
    { name: 'ECDSA', namedCurve: 'P-256' },
    { name: 'ECDSA', hash: 'SHA-256' },
  ],
  'EC P-384': [
    { name: 'ECDSA', namedCurve: 'P-384' },
    { name: 'ECDSA', hash: 'SHA-384' },
  ],
  'RSA 2048': [
    {
      name: 'RSASSA-PKCS1-v1_5',
      hash: 'SHA-256',
      modulusLength: 2048,
      publicExponent: new Uint8Array([1, 0, 1]),
    },
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
  ],
} as const;
export type TestCaKind = keyof typeof KINDS;
export const TEST_CA_KINDS: readonly TestCaKind[] = ['EC P-256', 'EC P-384', 'RSA 2048'];

const CA_USAGE = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;

/** Self-signed, valid from 2026 to 2046. */
export async function testCa(
  change: { kind?: TestCaKind; usage?: number; extensions?: Extension[]; name?: string } = {},
): Promise<TestCa> {
  const { subtle } = globalThis.crypto;
  const [keyAlgorithm, signingAlgorithm] = KINDS[change.kind ?? 'EC P-256'];
  const made = await subtle.generateKey(keyAlgorithm, true, ['sign', 'verify']);
  if (!('privateKey' in made)) throw new Error('a key pair was expected');
  const name = new Name([
    { O: [{ utf8String: 'Harbor Bank' }] },
    { CN: [{ utf8String: change.name ?? 'Harbor Bank Production Client CA 1' }] },
  ]);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: '41c0ffee41c0ffee41c0ffee41c0ffee',
    subject: name,
    issuer: name,
    notBefore: new Date('2026-01-01T00:00:00Z'),
    notAfter: new Date('2046-01-01T00:00:00Z'),
    publicKey: made.publicKey,
    signingKey: made.privateKey,
    signingAlgorithm,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(change.usage ?? CA_USAGE, true),
      await SubjectKeyIdentifierExtension.create(made.publicKey),
      await AuthorityKeyIdentifierExtension.create(made.publicKey),
      ...(change.extensions ?? []),
    ],
  });
  const certificateDer = new Uint8Array(certificate.rawData);
  const pkcs8 = Buffer.from(await subtle.exportKey('pkcs8', made.privateKey));
  const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const algorithm = signingAlgorithmOf(certificateDer);
  const hash = algorithm.webCryptoSign.hash.replace('-', '').toLowerCase();
  return {
    certificateDer,
    keys: made,
    privateKey,
    signed: (tbsDer) =>
      signedDer(tbsDer, algorithm, new Uint8Array(sign(hash, tbsDer, privateKey))),
  };
}
