import { execFileSync } from 'node:child_process';
import { randomBytes, webcrypto } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServerCa, createServerCertificate } from '@/lib/pki/server-certificate';

const EC = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const folder = mkdtempSync(join(tmpdir(), 'server-certificate-'));
const ca = join(folder, 'ca.pem');
const server = join(folder, 'server.pem');
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { stdio: 'pipe', encoding: 'utf8' });

beforeAll(async () => {
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const leafKeys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const now = new Date();
  const caDer = await createServerCa({ now, serial: randomBytes(16), keys });
  const names = ['localhost', '127.0.0.1', '::1', 'api.example'];
  const der = await createServerCertificate({
    now,
    serial: new Uint8Array(16).fill(0xff),
    caDer,
    caKey: keys.privateKey,
    publicKey: leafKeys.publicKey,
    names,
  });
  writeFileSync(ca, pem(caDer));
  writeFileSync(server, pem(der));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the local server certificate, judged by openssl', () => {
  it.each([
    ['-verify_hostname', 'localhost'],
    ['-verify_hostname', 'api.example'],
    ['-verify_ip', '127.0.0.1'],
    ['-verify_ip', '::1'],
  ])('RFC 5280, 6: verifies strictly as a server for %s %s', (kind, name) => {
    const strict = ['-x509_strict', '-purpose', 'sslserver', kind, name];
    expect(openssl('verify', '-CAfile', ca, ...strict, server)).toMatch(/: OK/);
  });

  it('is refused for another name and for another purpose', () => {
    const verify =
      (...how: string[]) =>
      () =>
        openssl('verify', '-CAfile', ca, ...how, server);
    expect(verify('-verify_hostname', 'evil.example')).toThrow();
    expect(verify('-purpose', 'sslclient')).toThrow();
  });

  it('RFC 5280, 4.1.2.2: serial numbers are positive and at most 20 octets', () => {
    const serial = openssl('x509', '-in', server, '-noout', '-serial').trim();
    expect(serial).toBe(`serial=7F${'FF'.repeat(15)}`);
  });

  it('RFC 5280, 4.2.1.9: the CA can sign servers and nothing below them', () => {
    const text = openssl('x509', '-in', ca, '-noout', '-text');
    expect(text).toMatch(/CA:TRUE, pathlen:0/);
    expect(text).toMatch(/TLS Web Server Authentication\n/);
  });
});

function pem(der: Uint8Array): string {
  const lines = Buffer.from(der).toString('base64').replace(/.{64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
