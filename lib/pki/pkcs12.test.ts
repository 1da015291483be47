import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { hexOf } from './bytes';
import { readDer } from './der';
import { type Pkcs12Form, pkcs12 } from './pkcs12';
import { inFolder } from './testing';
import {
  credential,
  derOfPem,
  ENGINE,
  KEY_KINDS,
  type KeyKind,
  password,
  plainKey,
} from './testing/key-files';

const FORMS: readonly Pkcs12Form[] = ['modern', 'compatible'];
const SECRET = 'correct horse battery';
const BEYOND_ASCII = 'Größe 東京 🚢 xyz';

/** Runs a program on the file; what it prints on either stream, after `refused: ` when it fails. */
function judged(file: Uint8Array, secret: string, command: string): string {
  return inFolder((cwd) => {
    writeFileSync(join(cwd, 'a.p12'), file);
    const env = { ...process.env, LC_ALL: 'C.UTF-8', SECRET: secret };
    const run = spawnSync('/bin/sh', ['-c', `${command} 2>&1`], { cwd, encoding: 'utf8', env });
    return run.status === 0 ? run.stdout : `refused: ${run.stdout}`;
  });
}

// 3DES and SHA-1 are in OpenSSL 3's default provider: -legacy is not needed.
const OPENSSL = 'openssl pkcs12 -in a.p12 -passin env:SECRET';
const KEYTOOL = 'keytool -J-Xshare:auto -keystore a.p12 -storetype PKCS12 -storepass:env SECRET';

async function made(kind: KeyKind, form: Pkcs12Form, secret = SECRET) {
  const { keyDer, certificates } = credential(kind);
  const content = { keyDer, certificates, friendlyName: 'ERP primary 2027' };
  const file = await pkcs12(content, { form, password: password(secret), engine: ENGINE });
  return { file, keyDer, certificates };
}

describe.each(FORMS)('RFC 7292: a PKCS #12 file of the %s form', (form) => {
  it.each(KEY_KINDS)(
    'with a key of %s: OpenSSL 3 gives back key and chain unchanged',
    async (kind) => {
      const { file, keyDer, certificates } = await made(kind, form);
      const key = judged(file, SECRET, `${OPENSSL} -nocerts -nodes`);
      expect(hexOf(plainKey(key))).toBe(hexOf(keyDer));
      const shown = judged(file, SECRET, `${OPENSSL} -nokeys`);
      const blocks =
        shown.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
      expect(blocks.map((pem) => hexOf(derOfPem(pem)))).toEqual(certificates.map(hexOf));
      expect(shown.match(/friendlyName: ERP primary 2027/g)).toHaveLength(1);
      expect(shown.match(/localKeyID: /g)).toHaveLength(1);
    },
  );

  it.each(KEY_KINDS)(
    'with a key of %s: keytool 17 gives back key and chain unchanged',
    async (kind) => {
      const { file, keyDer, certificates } = await made(kind, form);
      const listed = judged(file, SECRET, `${KEYTOOL} -list -v`);
      expect(listed).toContain('PrivateKeyEntry');
      expect(listed).toContain('Your keystore contains 1 entry');
      expect(listed).toMatch(/Alias name: erp primary 2027/i);
      expect(listed).toContain(`Certificate chain length: ${certificates.length}`);
      const again = `keytool -importkeystore -srckeystore a.p12 -srcstorepass:env SECRET -destkeystore b.p12 -deststoretype PKCS12 -deststorepass:env SECRET`;
      const key = judged(
        file,
        SECRET,
        `${again} >/dev/null 2>&1 && openssl pkcs12 -in b.p12 -passin env:SECRET -nocerts -nodes`,
      );
      expect(hexOf(plainKey(key))).toBe(hexOf(keyDer));
    },
  );

  it('opens under a password beyond ASCII in OpenSSL; Java refuses those in files of OpenSSL too', async () => {
    const { file, keyDer } = await made('EC P-256', form, BEYOND_ASCII);
    const key = judged(file, BEYOND_ASCII, `${OPENSSL} -nocerts -nodes`);
    expect(hexOf(plainKey(key))).toBe(hexOf(keyDer));
    // "getSecretKey failed: Password is not ASCII", says the cause that keytool does not print.
    const again =
      'openssl pkcs12 -in a.p12 -passin env:SECRET -nodes -out a.pem && ' +
      'openssl pkcs12 -export -in a.pem -out a.p12 -passout env:SECRET';
    for (const command of [`${KEYTOOL} -list`, `${again} && ${KEYTOOL} -list`]) {
      expect(judged(file, BEYOND_ASCII, command)).toMatch(/^refused: .*password was incorrect/);
    }
  });

  it('opens under no other password, by either program', async () => {
    const { file } = await made('EC P-256', form);
    const other = 'correct horse batterz';
    expect(judged(file, other, `${OPENSSL} -noout`)).toMatch(/^refused: Mac verify error/);
    expect(judged(file, other, `${KEYTOOL} -list`)).toMatch(/^refused: .*password was incorrect/);
  });

  it('is noticed as changed when one octet is', async () => {
    const { file } = await made('EC P-256', form);
    const changed = Uint8Array.from(file, (octet, at) => (at === 200 ? octet ^ 1 : octet));
    expect(judged(changed, SECRET, `${OPENSSL} -noout`)).toMatch(/^refused: Mac verify error/);
  });

  it('X.690: is DER throughout', async () => {
    const { file } = await made('EC P-256', form);
    expect(readDer(file).children).toHaveLength(3);
  });
});

describe('RFC 7292: what protects a file is what its form says', () => {
  const info = async (form: Pkcs12Form) => {
    const { file } = await made('EC P-256', form);
    return judged(file, SECRET, `${OPENSSL} -info -noout`);
  };

  it('modern: AES-256-CBC, PBKDF2 with HMAC-SHA-256, and a MAC by SHA-256', async () => {
    const shown = await info('modern');
    expect(shown).toMatch(/MAC: sha256, Iteration 200000/);
    const cipher = /PBES2, PBKDF2, AES-256-CBC, Iteration 200000, PRF hmacWithSHA256/g;
    expect(shown.match(cipher)).toHaveLength(2);
  });

  it('compatible: 3DES and SHA-1', async () => {
    const shown = await info('compatible');
    expect(shown).toMatch(/MAC: sha1, Iteration 10000/);
    expect(shown.match(/pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 10000/g)).toHaveLength(2);
  });
});
