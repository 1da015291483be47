import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { readInstalledFile } from './installed-file';

const YEAR_MS = 365 * 86_400_000;
let leaf: string;
let ca: string;
let key: string;
let request: string;
/** A moment at which what OpenSSL made here is valid: it begins in the second it is made. */
let now: Date;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-installed-'));
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const at = (name: string) => readFileSync(join(folder, name), 'utf8');
  const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  openssl('req', '-x509', ...made, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=CA');
  openssl('req', '-new', ...made, '-keyout', 'a.key', '-out', 'a.csr', '-subj', '/CN=a');
  writeFileSync(join(folder, 'ext'), 'basicConstraints=CA:FALSE\n');
  const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '30'];
  openssl('x509', '-req', '-in', 'a.csr', ...by, '-extfile', 'ext', '-out', 'a.pem');
  [leaf, ca, key, request] = [at('a.pem'), at('ca.pem'), at('a.key'), at('a.csr')];
  now = new Date();
});

const rulesOf = (text: string, at = now) =>
  readInstalledFile(text, at).findings.map(({ rule, severity }) => `${severity}: ${rule}`);

describe('an installed certificate file', () => {
  it('RFC 8446, 4.4.2: is right when each certificate is followed by its issuer', () => {
    const file = readInstalledFile(`${leaf}${ca}`, now);
    expect(file.findings).toEqual([]);
    expect(file.certificates.map((one) => one.subject)).toEqual(['CN=a', 'CN=CA']);
    expect(file.leafSha256Fingerprint).toBe(file.certificates[0]?.sha256Fingerprint);
  });

  it('may come from Windows, with text between the blocks', () => {
    const windows = `\ufeffsubject=CN = a\n${leaf}\nissuer\n${ca}`.replaceAll('\n', '\r\n');
    expect(rulesOf(windows)).toEqual([]);
  });

  it.each([
    ['the CA first', () => `${ca}${leaf}`, 'error: order'],
    ['CAs only', () => ca, 'error: ca-only'],
    ['no chain', () => leaf, 'warning: chain-missing'],
    ['one certificate twice', () => `${leaf}${leaf}`, 'error: chain-broken'],
    ['a request', () => request, 'error: request'],
    ['a key beside it', () => `${leaf}${key}`, 'error: private-key'],
    ['nothing', () => '', 'error: no-certificate'],
    ['prose', () => 'please help', 'error: no-certificate'],
    ['damage', () => leaf.replace(/\n.{8}/, '\nAAAAAAAA'), 'error: damaged'],
    ['a trust store', () => ca.repeat(11), 'error: too-many'],
  ])('names %s', (_, text, rule) => {
    expect(rulesOf(text())).toEqual([rule]);
  });

  it('names what is over, and what has not begun', () => {
    const later = new Date(now.getTime() + YEAR_MS);
    const before = new Date(now.getTime() - YEAR_MS);
    expect(rulesOf(`${leaf}${ca}`, later)).toEqual(['error: expired']);
    expect(rulesOf(`${leaf}${ca}`, before)).toEqual(['error: not-yet-valid']);
  });

  it('shows no byte of a private key', () => {
    const said = JSON.stringify(readInstalledFile(`${leaf}${key}`, now));
    expect(said).not.toContain(key.split('\n')[1]);
  });
});
