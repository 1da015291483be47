/** The ceremony: one root, one issuing CA per environment under it. Where keys are kept is the key maker's matter. */
import { randomBytes } from 'node:crypto';
import { Crypto } from '@peculiar/webcrypto';
import type { Environment } from '@/lib/kernel/environments';
import { idFrom } from '@/lib/kernel/ids';
import { SIGNING_ALGORITHMS, type SigningAlgorithm } from '@/lib/pki/signing-algorithm';
import {
  assertNameFits,
  type CaKeyName,
  issuingCertificate,
  issuingName,
  rootCertificate,
  rootName,
  type SigningRoot,
} from './ca-certificates';
import type { Custody, StoredIssuer } from './key-folder';
import { type SealingKey, sealSecret } from './sealed-key';
import { type SigningKey, webCryptoSigner } from './signing-key';

/** A new key pair whose private half is kept already, or is about to be kept as `custody` says. */
export type MadeKey = { spkiDer: Uint8Array; key: SigningKey; custody: Custody };
export type KeyMaker = (issuerId: string, kind: CaKeyName) => Promise<MadeKey>;

/**
 * Makes a root and its issuing CAs, or, where a ceremony was broken off, what is missing of them. Each is stored
 * before the next is begun.
 * @param input.stored what there is already
 * @param input.rootKeys where the root's key goes, `issuingKeys` where the others go
 * @param input.pkiUrl origin of the addresses in the issuing CAs' certificates; null: they have none
 * @throws Error when the provider's name is empty or too long for the names of its CAs
 */
export async function createAuthority(input: {
  providerName: string;
  environments: readonly Environment[];
  now: Date;
  rootKeys: KeyMaker;
  issuingKeys: KeyMaker;
  issuingKind?: CaKeyName;
  pkiUrl: string | null;
  stored: readonly StoredIssuer[];
  /** The root whose key is at hand, of those stored; null: there is none yet. */
  root: SigningRoot | null;
  store: (issuer: StoredIssuer) => void;
}): Promise<void> {
  const { providerName, now, environments, store } = input;
  const names = environments.map((one) => issuingName(providerName, one, 1));
  assertNameFits(providerName, [rootName(providerName, 1), ...names]);
  let { root } = input;
  if (root === null) {
    const made = await makeRoot({ providerName, generation: 1, now, makeKey: input.rootKeys });
    store(made.root);
    root = made.signing;
  }
  const missing = environments.filter(
    (environment) => !input.stored.some((one) => one.environment === environment),
  );
  for (const environment of missing) {
    const issuing = await makeIssuing({
      providerName,
      environment,
      generation: 1,
      kind: input.issuingKind ?? 'EC P-256',
      root,
      makeKey: input.issuingKeys,
      pkiUrl: input.pkiUrl,
      now,
    });
    store(issuing);
  }
}

/** A self-signed root, P-384 unless `kind` says otherwise. */
export async function makeRoot(input: {
  providerName: string;
  generation: number;
  kind?: CaKeyName;
  makeKey: KeyMaker;
  now: Date;
}): Promise<{ root: StoredIssuer; signing: SigningRoot }> {
  const { providerName, now } = input;
  const name = rootName(providerName, input.generation);
  assertNameFits(providerName, [name]);
  const issuerId = newIssuerId(now);
  const { spkiDer, key, custody } = await input.makeKey(issuerId, input.kind ?? 'EC P-384');
  const certificateDer = await rootCertificate({ providerName, name, spkiDer, sign: key, now });
  const root: StoredIssuer = {
    issuerId,
    kind: 'root',
    environment: null,
    name,
    certificateDer,
    crossCertificateDer: null,
    custody,
  };
  return { root, signing: { issuerId, certificateDer, key } };
}

/** An issuing CA of one environment under a root whose key is at hand. */
export async function makeIssuing(input: {
  providerName: string;
  environment: Environment;
  generation: number;
  kind: CaKeyName;
  root: SigningRoot;
  makeKey: KeyMaker;
  pkiUrl: string | null;
  now: Date;
}): Promise<StoredIssuer> {
  const { providerName, environment, root, pkiUrl, now } = input;
  const name = issuingName(providerName, environment, input.generation);
  assertNameFits(providerName, [name]);
  const issuerId = newIssuerId(now);
  const { spkiDer, custody } = await input.makeKey(issuerId, input.kind);
  return {
    issuerId,
    kind: 'issuing',
    environment,
    name,
    certificateDer: await issuingCertificate({ providerName, name, spkiDer, root, pkiUrl, now }),
    crossCertificateDer: null,
    custody,
  };
}

/** Keys made here and sealed at once. */
export function sealedKeys(sealingKey: SealingKey): KeyMaker {
  return async (_issuerId, kind) => {
    const { subtle } = new Crypto();
    const algorithm = algorithmNamed(kind);
    const keys = await subtle.generateKey(generation(algorithm), true, ['sign', 'verify']);
    if (!('privateKey' in keys)) throw new Error('a key pair was expected');
    const pkcs8 = new Uint8Array(await subtle.exportKey('pkcs8', keys.privateKey));
    const sealedKey = sealSecret(pkcs8, sealingKey);
    pkcs8.fill(0);
    return {
      spkiDer: new Uint8Array(await subtle.exportKey('spki', keys.publicKey)),
      key: webCryptoSigner({ subtle, key: keys.privateKey, algorithm }),
      custody: { kind: 'sealed', sealedKey },
    };
  };
}

export function algorithmNamed(kind: CaKeyName): SigningAlgorithm {
  const found = SIGNING_ALGORITHMS.find(({ name }) => name === kind);
  if (!found) throw new Error(`no CA key is of kind ${kind}`);
  return found;
}

/** What WebCrypto makes a key pair of this algorithm from. */
export function generation({
  name,
  webCryptoKey,
}: SigningAlgorithm): RsaHashedKeyGenParams | EcKeyGenParams {
  if ('namedCurve' in webCryptoKey) return webCryptoKey;
  const modulusLength = Number(name.slice('RSA '.length));
  return { ...webCryptoKey, modulusLength, publicExponent: Uint8Array.of(1, 0, 1) };
}

export function newIssuerId(now: Date): string {
  return idFrom('issuer', now.getTime(), randomBytes(10));
}
