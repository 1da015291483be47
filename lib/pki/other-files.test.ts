import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCsr } from './csr-check';
import { concat, sequence, tlv } from './der-write';
import { keyFileOf } from './other-files';
import { derOf } from './pem';
import { pkcs12 } from './pkcs12';
import { inFolder, LEGAL_NAME } from './testing';
import { credential, ENGINE, password } from './testing/key-files';

const only = async (input: string | Uint8Array) => {
  const { findings, facts, csr } = await checkCsr(input, { legalName: LEGAL_NAME });
  expect([facts, csr, findings.length]).toEqual([null, null, 1]);
  return findings[0];
};
const octets = (...start: number[]) => concat([Uint8Array.from(start), new Uint8Array(100_000)]);
const latin = (text: string) => Uint8Array.from(text, (one) => one.charCodeAt(0));

describe('a file of another kind is named, whatever its size, with what to do', () => {
  it.each<[string, RegExp, string | Uint8Array]>([
    ['a PDF document', /Copy the lines/, concat([latin('%PDF-1.7\n'), new Uint8Array(200_000)])],
    ['a PDF document', /Copy the lines/, `%PDF-1.4\n${'x'.repeat(70_000)}`],
    ['a ZIP archive', /Unpack it/, octets(0x50, 0x4b, 3, 4)],
    [
      'a Word or other Office document',
      /Copy the lines/,
      concat([latin('PK\u0003\u0004\u0014\u0000[Content_Types].xml'), new Uint8Array(90_000)]),
    ],
    ['a Word or other Office document', /Copy the lines/, octets(0xd0, 0xcf, 0x11, 0xe0)],
    ['a Word or other Office document', /Copy the lines/, '{\\rtf1\\ansi hello}'],
    ['a compressed archive', /Unpack it/, octets(0x1f, 0x8b, 8)],
    ['a picture', /Ask its sender/, octets(0x89, 0x50, 0x4e, 0x47)],
    ['a picture', /Ask its sender/, octets(0xff, 0xd8, 0xff)],
    ['an SSH public key', /stay for SSH/, 'ssh-rsa AAAAB3NzaC1yc2EAAAADAQAB me@host'],
    ['an SSH public key', /stay for SSH/, 'ecdsa-sha2-nistp256 AAAAE2VjZHNh me@host'],
    ['an SSH public key', /stay for SSH/, 'sk-ssh-ed25519@openssh.com AAAAGnNr me@host'],
    ['a web page', /Copy the lines/, '<html><body>csr</body></html>'],
  ])('%s', async (what, fix, input) => {
    const found = await only(input);
    expect(found?.rule).toBe('not-a-request');
    expect(found?.message).toContain(`This is ${what}`);
    expect(found?.fix).toMatch(fix);
  });

  it('certificates and bundles of them, PEM and DER', async () => {
    const { certificates } = credential('EC P-256');
    const [leaf] = certificates;
    const bundle = inFolder((folder, openssl) => {
      writeFileSync(join(folder, 'a.cer'), leaf);
      openssl('x509', '-inform', 'DER', '-in', 'a.cer', '-out', 'a.pem');
      openssl('crl2pkcs7', '-nocrl', '-certfile', 'a.pem', '-out', 'a.p7b');
      return readFileSync(join(folder, 'a.p7b'), 'utf8');
    });
    for (const input of [leaf, bundle, derOf(bundle)]) {
      expect((await only(input))?.fix).toMatch(/what you get back/);
    }
  });
});

describe('invariant 10: a file with a private key in it is refused by its own name', () => {
  it('PKCS #12 of both our forms, and of openssl', async () => {
    const content = { ...credential('EC P-256'), friendlyName: 'a' };
    for (const form of ['modern', 'compatible'] as const) {
      const given = { form, password: password('correct horse battery'), engine: ENGINE };
      const file = await pkcs12(content, given);
      expect(keyFileOf(file)).toBe('pkcs12');
      const found = await only(file);
      expect(found).toMatchObject({ rule: 'private-key', title: 'A PKCS #12 file' });
      expect(found?.fix).toContain('keytool -certreq');
    }
    expect(keyFileOf(sequence(tlv(2, Uint8Array.of(3))))).toBe('pkcs12');
  });

  it('a Java key store that keytool wrote', async () => {
    const file = inFolder((cwd) => {
      const command =
        'keytool -genkeypair -alias a -keyalg EC -keysize 256 -dname CN=a -keystore a.jks -storetype JKS -storepass test1234 -keypass test1234';
      execFileSync('/bin/sh', ['-c', command], { cwd, stdio: 'pipe' });
      return new Uint8Array(readFileSync(join(cwd, 'a.jks')));
    });
    expect(keyFileOf(file)).toBe('java-key-store');
    expect(await only(file)).toMatchObject({ rule: 'private-key', title: 'A Java key store' });
  });
});
