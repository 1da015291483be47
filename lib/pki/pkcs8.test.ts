import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hexOf } from './bytes';
import { encryptedPkcs8, PKCS8_ITERATIONS } from './pkcs8';
import { inFolder } from './testing';
import { credential, ENGINE, KEY_KINDS, password, plainKey } from './testing/key-files';

const opened = (pem: string, secret: string) =>
  inFolder((folder, openssl) => {
    writeFileSync(join(folder, 'a.key'), pem);
    return openssl('pkcs8', '-in', 'a.key', '-passin', `pass:${secret}`);
  });

describe('RFC 5958, 3: an encrypted private key', () => {
  it.each(KEY_KINDS)('of %s is opened by OpenSSL as the very key that went in', async (kind) => {
    const { keyDer } = credential(kind);
    for (const secret of ['correct horse battery', 'Größe 東京 🚢 xyz']) {
      const pem = await encryptedPkcs8(keyDer, { password: password(secret), engine: ENGINE });
      expect(pem).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
      expect(hexOf(plainKey(opened(pem, secret)))).toBe(hexOf(keyDer));
    }
  });

  it('RFC 8018, 6.2: is PBES2 with PBKDF2, HMAC-SHA-256, 600,000 iterations and AES-256-CBC', async () => {
    const { keyDer } = credential('EC P-256');
    const secret = password('correct horse battery');
    const pem = await encryptedPkcs8(keyDer, { password: secret, engine: ENGINE });
    const shown = inFolder((folder, openssl) => {
      writeFileSync(join(folder, 'a.key'), pem);
      return openssl('asn1parse', '-in', 'a.key');
    });
    for (const named of ['PBES2', 'PBKDF2', 'hmacWithSHA256', 'aes-256-cbc']) {
      expect(shown).toContain(named);
    }
    expect(shown).toContain(PKCS8_ITERATIONS.toString(16).toUpperCase());
  });

  it('does not open under another password', async () => {
    const { keyDer } = credential('EC P-256');
    const secret = password('correct horse battery');
    const pem = await encryptedPkcs8(keyDer, { password: secret, engine: ENGINE });
    expect(() => opened(pem, 'correct horse batterz')).toThrow(/Error decrypting|bad decrypt/);
  });

  it('never comes out twice alike, as salt and vector are fresh', async () => {
    const { keyDer } = credential('EC P-256');
    const given = { password: password('correct horse battery'), engine: ENGINE };
    const [one, two] = [await encryptedPkcs8(keyDer, given), await encryptedPkcs8(keyDer, given)];
    expect(one).not.toBe(two);
  });
});
