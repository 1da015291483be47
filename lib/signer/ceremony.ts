/** The first start's ceremony: one root, one issuing CA per environment under it. Storage is the caller's. */
import { randomBytes } from 'node:crypto';
import { Crypto } from '@peculiar/webcrypto';
import type { Environment } from '@/lib/kernel/environments';
import { ISSUING_PROFILE, LEAF_PROFILE, ROOT_PROFILE } from '@/lib/pki/profile';
import { serialFrom } from '@/lib/pki/serial';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@/lib/pki/x509';
import { type SealingKey, sealSecret } from './sealed-key';

export type MadeIssuer = {
  name: string;
  certificateDer: Uint8Array;
  sealedKey: string;
  notAfter: Date;
};

// X.520 upper bound of a common name, RFC 5280, A.1.
const MAX_NAME = 64;
const CA_USAGE = KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;

/**
 * Keys that never leave this function unsealed, and certificates that name the provider.
 * @throws Error when the provider's name is empty or too long for the names of its CAs
 * @see RFC 5280, 4.2.1.9 for path lengths
 */
export async function createAuthority(input: {
  providerName: string;
  environments: readonly Environment[];
  now: Date;
  sealingKey: SealingKey;
}): Promise<{ root: MadeIssuer; issuing: (MadeIssuer & { environment: Environment })[] }> {
  const { providerName, now, sealingKey } = input;
  const longest = Math.max(
    ...input.environments.map((one) => [...issuingName(providerName, one)].length),
  );
  if (providerName.trim() === '' || longest > MAX_NAME) {
    throw new Error(
      `The provider's name "${providerName}" does not fit: the names of its CAs would have ${longest} characters, and 1 to ${MAX_NAME} are possible. Choose a shorter one.`,
    );
  }
  const crypto = new Crypto();
  const rootKeys = await keyPair(crypto, 'P-384');
  const rootName = `${providerName} Root CA`;
  const root = await certificate(crypto, {
    name: rootName,
    issuerName: rootName,
    keys: rootKeys,
    signer: rootKeys,
    signing: { name: 'ECDSA', hash: 'SHA-384' },
    providerName,
    now,
    validityMs: ROOT_PROFILE.validityMs,
    constraints: new BasicConstraintsExtension(true, undefined, true),
    usages: [],
    sealingKey,
  });
  const issuing = [];
  for (const environment of input.environments) {
    const made = await certificate(crypto, {
      name: issuingName(providerName, environment),
      issuerName: rootName,
      keys: await keyPair(crypto, 'P-256'),
      signer: rootKeys,
      signing: { name: 'ECDSA', hash: 'SHA-384' },
      providerName,
      now,
      validityMs: ISSUING_PROFILE.validityMs,
      constraints: new BasicConstraintsExtension(true, ISSUING_PROFILE.pathLength, true),
      usages: [new ExtendedKeyUsageExtension([ExtendedKeyUsage.clientAuth])],
      sealingKey,
    });
    issuing.push({ ...made, environment });
  }
  return { root, issuing };
}

function issuingName(providerName: string, environment: Environment): string {
  const word = environment.charAt(0).toUpperCase() + environment.slice(1);
  return `${providerName} ${word} Client CA 1`;
}

async function keyPair(crypto: Crypto, namedCurve: string): Promise<CryptoKeyPair> {
  const keys = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve }, true, [
    'sign',
    'verify',
  ]);
  if (!('privateKey' in keys)) throw new Error('a key pair was expected');
  return keys;
}

async function certificate(
  crypto: Crypto,
  input: {
    name: string;
    issuerName: string;
    providerName: string;
    keys: CryptoKeyPair;
    signer: CryptoKeyPair;
    signing: { name: string; hash: string };
    now: Date;
    validityMs: number;
    constraints: Extension;
    usages: Extension[];
    sealingKey: SealingKey;
  },
): Promise<MadeIssuer> {
  const second = Math.floor(input.now.getTime() / 1000) * 1000;
  const notBefore = new Date(second - LEAF_PROFILE.backdateMs);
  const notAfter = new Date(second + input.validityMs);
  const named = (commonName: string) =>
    new Name([{ O: [{ utf8String: input.providerName }] }, { CN: [{ utf8String: commonName }] }]);
  const made = await X509CertificateGenerator.create(
    {
      serialNumber: Buffer.from(serialFrom(randomBytes(16))).toString('hex'),
      subject: named(input.name),
      issuer: named(input.issuerName),
      notBefore,
      notAfter,
      publicKey: input.keys.publicKey,
      signingKey: input.signer.privateKey,
      signingAlgorithm: input.signing,
      extensions: [
        input.constraints,
        new KeyUsagesExtension(CA_USAGE, true),
        ...input.usages,
        await SubjectKeyIdentifierExtension.create(input.keys.publicKey, false, crypto),
        await AuthorityKeyIdentifierExtension.create(input.signer.publicKey, false, crypto),
      ],
    },
    crypto,
  );
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', input.keys.privateKey));
  const sealedKey = sealSecret(pkcs8, input.sealingKey);
  pkcs8.fill(0);
  return { name: input.name, certificateDer: new Uint8Array(made.rawData), sealedKey, notAfter };
}
