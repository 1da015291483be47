/** Secrets at rest: AES-256-GCM under a key that scrypt derives from the CA passphrase. */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';

declare const brand: unique symbol;
export type SealingKey = { readonly [brand]: 'SealingKey'; readonly bytes: Uint8Array };

// 128 MiB and about half a second, once per start: RFC 7914's parameters grown to 2026.
const SCRYPT = { N: 2 ** 17, r: 8, p: 1, maxmem: 160 * 1024 * 1024 };
const VERSION = 1;

/** @param salt 16 random bytes, kept beside what is sealed @see RFC 7914 */
export function sealingKeyFrom(passphrase: string, salt: Uint8Array): Promise<SealingKey> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, SCRYPT, (error, bytes) => {
      if (error) reject(error);
      else resolve({ bytes: new Uint8Array(bytes) } as unknown as SealingKey);
    });
  });
}

/** @returns text that only `openSecret` with the same key reads; any change of it is noticed */
export function sealSecret(plain: Uint8Array, key: SealingKey): string {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
  return JSON.stringify({
    v: VERSION,
    alg: 'scrypt-aes-256-gcm',
    nonce: nonce.toString('base64'),
    ciphertext: ciphertext.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
  });
}

/** @throws Error for another key or changed text */
export function openSecret(sealed: string, key: SealingKey): Uint8Array {
  const { v, nonce, ciphertext, tag } = JSON.parse(sealed);
  if (v !== VERSION) throw new Error(`a sealed secret of version ${String(v)}`);
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(nonce, 'base64'), {
    authTagLength: 16,
  });
  decipher.setAuthTag(Buffer.from(tag, 'base64'));
  return new Uint8Array(
    Buffer.concat([decipher.update(Buffer.from(ciphertext, 'base64')), decipher.final()]),
  );
}
