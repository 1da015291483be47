/** Client certificates for tests, made by openssl: another implementation than the one that reads them. */
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateEntry } from '@/lib/edge/state';

export type TestLeaf = {
  certFile: string;
  keyFile: string;
  cert: string;
  key: string;
  fingerprint: Uint8Array;
  fingerprintHex: string;
};

/**
 * A leaf under a CA of the folder's own, `usage` as in an openssl extension section.
 * @param days negative: it has expired
 */
export function testLeaf(folder: string, name: string, usage = 'clientAuth', days = 30): TestLeaf {
  const file = (suffix: string) => join(folder, `${name}${suffix}`);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const caCert = join(folder, `ca-${name}.pem`);
  const caKey = join(folder, `ca-${name}.key`);
  openssl('req', '-x509', ...newKey, '-keyout', caKey, '-subj', '/CN=Test CA', '-out', caCert);
  openssl(
    'req',
    '-new',
    ...newKey,
    '-keyout',
    file('.key'),
    '-subj',
    `/CN=${name}`,
    '-out',
    file('.csr'),
  );
  writeFileSync(file('.ext'), `basicConstraints=CA:FALSE\nextendedKeyUsage=${usage}\n`);
  const signing = ['-CA', caCert, '-CAkey', caKey, '-CAcreateserial', '-days', String(days)];
  openssl(
    'x509',
    '-req',
    '-in',
    file('.csr'),
    ...signing,
    '-extfile',
    file('.ext'),
    '-out',
    file('.pem'),
  );
  const cert = readFileSync(file('.pem'), 'utf8');
  const fingerprint = createHash('sha256').update(new X509Certificate(cert).raw).digest();
  return {
    certFile: file('.pem'),
    keyFile: file('.key'),
    cert,
    key: readFileSync(file('.key'), 'utf8'),
    fingerprint,
    fingerprintHex: fingerprint.toString('hex'),
  };
}

/** A live production certificate of `acc_a`, unless said otherwise. */
export function entryOf(leaf: TestLeaf, differs: Partial<CertificateEntry> = {}): CertificateEntry {
  const now = Math.floor(Date.now() / 1000);
  return {
    fingerprint: leaf.fingerprint,
    accountId: 'acc_a',
    environment: 'production',
    notBefore: now - 60,
    notAfter: now + 86_400 * 40 + 60,
    revokedAt: null,
    ...differs,
  };
}
