/**
 * CA keys in a PKCS#11 token (HSM, smart card, SoftHSM): made there, found again by their id, never out. The packages
 * are loaded when a token is opened, so that a machine without one needs none of them.
 */
import { bytesOfHex, hexOf } from '@/lib/pki/bytes';
import { algorithmNamed, generation, type KeyMaker } from './ceremony';
import type { TokenCustody } from './folder-signer';
import { type SigningKey, webCryptoSigner, webCryptoSigningKey } from './signing-key';
import { type Lane, TokenError, type TokenPackages, type TokenSettings } from './token-connection';
import { openTokenSessions } from './token-sessions';

export type Token = {
  /** Makes keys in the token: sensitive, not extractable, labelled with the id of their CA. */
  readonly makeKey: KeyMaker;
  /** @throws TokenError when it is not there, Error when it is that of another certificate */
  openKey(custody: TokenCustody, certificateDer: Uint8Array): Promise<SigningKey>;
  /** The private keys in the token, by label (the CA's id) and id. */
  keys(): Promise<{ label: string; keyId: string }[]>;
  close(): Promise<void>;
};

/** @throws TokenError naming what is missing or wrong; never with the PIN */
export async function openToken(settings: TokenSettings): Promise<Token> {
  const { tokenLabel } = settings;
  const sessions = openTokenSessions(settings);
  const { packages } = sessions;

  /** In every session the key is found and proved once: after a loss the token may be another. */
  async function keyIn(lane: Lane, keyId: string, certificateDer: Uint8Array): Promise<SigningKey> {
    const known = lane.keys.get(keyId);
    if (known) return known;
    const found = await tokenKey(packages, lane, keyId);
    if (!found) throw new TokenError(`The token "${tokenLabel}" has no private key ${keyId}.`);
    const { subtle } = lane.crypto;
    const key = await webCryptoSigningKey({ subtle, key: found, certificateDer });
    lane.keys.set(keyId, key);
    return key;
  }

  return {
    makeKey: (issuerId, kind) =>
      sessions.write(async (lane) => {
        if (privateKeys(packages, lane).some(({ label }) => label === issuerId)) {
          throw new TokenError(`The token "${tokenLabel}" has a key for ${issuerId} already.`);
        }
        const { subtle } = lane.crypto;
        const algorithm = algorithmNamed(kind);
        const inToken = { token: true, sensitive: true, label: issuerId };
        const keys = await subtle.generateKey({ ...generation(algorithm), ...inToken }, false, [
          'sign',
          'verify',
        ]);
        if (!('privateKey' in keys)) throw new Error('a key pair was expected');
        const spkiDer = new Uint8Array(await subtle.exportKey('spki', keys.publicKey));
        const keyId = madeIn(packages, lane, issuerId);
        const inSession = (one: Lane) =>
          tokenKey(packages, one, keyId).then((key) => {
            if (!key) throw new TokenError(`The token "${tokenLabel}" lost the key ${keyId}.`);
            return webCryptoSigner({ subtle: one.crypto.subtle, key, algorithm });
          });
        return {
          spkiDer,
          custody: { kind: 'pkcs11', token: tokenLabel, keyId },
          key: {
            algorithm,
            sign: (bytes) => sessions.run(async (one) => (await inSession(one)).sign(bytes)),
          },
        };
      }),
    async openKey(custody, certificateDer) {
      if (custody.token !== tokenLabel) {
        throw new TokenError(
          `A CA key is in the token "${custody.token}", and PKCS11_TOKEN is "${tokenLabel}".`,
        );
      }
      const { keyId } = custody;
      const { algorithm } = await sessions.run((lane) => keyIn(lane, keyId, certificateDer));
      return {
        algorithm,
        sign: (bytes) =>
          sessions.run(async (lane) => (await keyIn(lane, keyId, certificateDer)).sign(bytes)),
      };
    },
    keys: () => sessions.run(async (lane) => privateKeys(packages, lane)),
    close: () => sessions.close(),
  };
}

function privateKeys({ ObjectClass }: TokenPackages, { session }: Lane) {
  const found: { label: string; keyId: string }[] = [];
  session.find({ class: ObjectClass.PRIVATE_KEY, token: true }, (object) => {
    const { label, id } = object.getAttribute({ label: null, id: null });
    found.push({ label: label ?? '', keyId: hexOf(id ?? new Uint8Array()) });
  });
  return found;
}

/** The id of the key made a moment ago. @throws TokenError when the token made one that could leave it */
function madeIn({ ObjectClass }: TokenPackages, { session }: Lane, label: string): string {
  const ids: string[] = [];
  session.find({ class: ObjectClass.PRIVATE_KEY, label, token: true }, (object) => {
    const { id, sensitive, extractable } = object.getAttribute({
      id: null,
      sensitive: null,
      extractable: null,
    });
    if (sensitive === true && extractable === false && id) ids.push(hexOf(id));
    else object.destroy();
  });
  const [keyId] = ids;
  if (keyId !== undefined) return keyId;
  throw new TokenError('The token makes keys that can be read out of it. The key was removed.');
}

async function tokenKey(
  { ObjectClass, CryptoKey }: TokenPackages,
  { session, crypto }: Lane,
  keyId: string,
) {
  const names: string[] = [];
  const id = Buffer.from(bytesOfHex(keyId));
  session.find({ class: ObjectClass.PRIVATE_KEY, token: true, id }, (object) => {
    names.push(CryptoKey.getID(object.toType()));
  });
  const [name] = names;
  return name === undefined ? null : crypto.keyStorage.getItem(name);
}
