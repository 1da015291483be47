import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { clientAuthOf } from '@/lib/edge/leaf';

describe('clientAuthOf', () => {
  it.each([
    ['no usage at all', [], 'allowed'],
    ['clientAuth', ['extendedKeyUsage=clientAuth'], 'allowed'],
    ['clientAuth among others', ['extendedKeyUsage=serverAuth,clientAuth'], 'allowed'],
    ['serverAuth only', ['extendedKeyUsage=serverAuth'], 'refused'],
    ['any usage only', ['extendedKeyUsage=anyExtendedKeyUsage'], 'refused'],
    ['an OID that starts like clientAuth', ['extendedKeyUsage=1.3.6.1.5.5.7.3.2.1'], 'refused'],
    [
      'digitalSignature',
      ['keyUsage=critical,digitalSignature', 'extendedKeyUsage=clientAuth'],
      'allowed',
    ],
    ['keyAgreement', ['keyUsage=keyAgreement'], 'allowed'],
    [
      'keyCertSign only',
      ['keyUsage=keyCertSign,cRLSign', 'extendedKeyUsage=clientAuth'],
      'refused',
    ],
  ])('RFC 5280, 4.2.1.12: %s', (_title, extensions, expected) => {
    expect(clientAuthOf(certificateWith(extensions))).toBe(expected);
  });

  it('refuses every truncation, and bytes that are no certificate', () => {
    const der = certificateWith(['extendedKeyUsage=clientAuth']);
    for (let length = 0; length < der.length; length += 1) {
      expect(clientAuthOf(der.subarray(0, length))).toBe('refused');
    }
    expect(clientAuthOf(Buffer.concat([der, Buffer.of(0)]))).toBe('refused');
  });
});

function certificateWith(extensions: readonly string[]): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'leaf-'));
  try {
    const out = join(folder, 'leaf.pem');
    const added = extensions.flatMap((extension) => ['-addext', extension]);
    const key = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      join(folder, 'key'),
    ];
    execFileSync('openssl', ['req', '-x509', ...key, '-subj', '/CN=a', '-out', out, ...added], {
      stdio: 'pipe',
    });
    return new X509Certificate(readFileSync(out)).raw;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
