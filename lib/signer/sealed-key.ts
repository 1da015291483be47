/** Secrets at rest: AES-256-GCM under a key that scrypt derives from the CA passphrase. */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { bytesOfBase64 } from '@/lib/pki/bytes';

declare const brand: unique symbol;
export type SealingKey = { readonly [brand]: 'SealingKey'; readonly bytes: Uint8Array };

// 128 MiB and about half a second, once per start: RFC 7914's parameters grown to 2026.
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 * 1024 };
const VERSION = 1;
const ALGORITHM = 'scrypt-aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** @param salt 16 random bytes, kept beside what is sealed @see RFC 7914 */
export function sealingKeyFrom(passphrase: string, salt: Uint8Array): Promise<SealingKey> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, SCRYPT, (error, bytes) => {
      if (error) reject(error);
      else resolve({ bytes: new Uint8Array(bytes) } as unknown as SealingKey);
    });
  });
}

/**
 * @param plain at least one byte
 * @returns text that only `openSecret` with the same key reads; any change of it is noticed
 */
export function sealSecret(plain: Uint8Array, key: SealingKey): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return JSON.stringify({
    v: VERSION,
    alg: ALGORITHM,
    nonce: nonce.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  });
}

/** A sealed secret that does not open; the message says why, without any part of it. */
export class SealError extends Error {}

/** @throws SealError for another passphrase, and for text that was changed in any character */
export function openSecret(sealed: string, key: SealingKey): Uint8Array {
  const { nonce, ciphertext, tag } = partsOf(sealed);
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: TAG_BYTES });
  decipher.setAuthTag(tag);
  try {
    return new Uint8Array(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
  } catch (cause) {
    throw new SealError(
      'a sealed secret does not open: it was sealed with another passphrase, or changed since',
      { cause },
    );
  }
}

// Exactly what sealSecret writes: the parts that GCM does not cover must not be open to change either.
const SEALED =
  /^\{"v":1,"alg":"([^"]*)","nonce":"([^"]*)","ciphertext":"([^"]*)","tag":"([^"]*)"\}$/;

function partsOf(sealed: string) {
  const version = /^\{"v":(\d{1,9}),/.exec(sealed)?.[1];
  if (version !== undefined && Number(version) !== VERSION) {
    throw new SealError(
      `a sealed secret of version ${version}; this program reads version ${VERSION}`,
    );
  }
  const [, alg, ...texts] = SEALED.exec(sealed) ?? [];
  const [nonce, ciphertext, tag] = texts.map(bytesOfBase64);
  if (alg !== ALGORITHM || nonce?.length !== NONCE_BYTES || tag?.length !== TAG_BYTES) {
    throw new SealError('a sealed secret is damaged: it is not the text that was written');
  }
  if (!ciphertext) throw new SealError('a sealed secret is damaged: its content is not base 64');
  return { nonce, ciphertext, tag };
}
