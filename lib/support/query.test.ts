import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Reading, readQuery, understood, understoodAs } from './query';

const folder = mkdtempSync(join(tmpdir(), 'countersign-query-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] }).toString();
const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
openssl(
  'req',
  '-x509',
  ...EC,
  '-keyout',
  'a.key',
  '-out',
  'a.pem',
  '-subj',
  '/CN=a.example',
  '-set_serial',
  '0x5a571d74b0c3dcd90d480d179546c950',
  '-addext',
  'basicConstraints=CA:FALSE',
);
openssl('req', '-new', '-key', 'a.key', '-out', 'a.csr', '-subj', '/CN=a.example');
openssl('req', '-x509', ...EC, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=An authority');
openssl('pkey', '-in', 'a.key', '-pubout', '-out', 'a.pub');
const file = (name: string) => readFileSync(join(folder, name), 'utf8');
const spkiDer = execFileSync('openssl', ['pkey', '-in', 'a.key', '-pubout', '-outform', 'DER'], {
  cwd: folder,
});
const spki = execFileSync('openssl', ['dgst', '-sha256', '-r'], { input: spkiDer })
  .toString()
  .slice(0, 64)
  .toUpperCase();
const fingerprint =
  openssl('x509', '-in', 'a.pem', '-noout', '-fingerprint', '-sha256').trim().split('=')[1] ?? '';
const SERIAL = '5A571D74B0C3DCD90D480D179546C950';

function readings(text: string): Reading[] {
  const query = readQuery(text);
  return query.kind === 'readings' ? query.readings : [];
}

describe('the box of support', () => {
  it.each([
    '5a:57:1d:74:b0:c3:dc:d9:0d:48:0d:17:95:46:c9:50',
    '5A571D74B0C3DCD90D480D179546C950',
    '0x5a571d74b0c3dcd90d480d179546c950',
    ' 5a 57 1d 74 b0 c3 dc d9 0d 48 0d 17 95 46 c9 50 ',
    '5a-57-1d-74-b0-c3-dc-d9-0d-48-0d-17-95-46-c9-50',
    'serial=5A571D74B0C3DCD90D480D179546C950',
    'Serial Number: 00:5a:57:1d:74:b0:c3:dc:d9:0d:48:0d:17:95:46:c9:50',
    BigInt(`0x${SERIAL}`).toString(),
  ])('reads a serial number written as %s', (text) => {
    expect(readings(text)).toContainEqual({ is: 'serial', serialHex: SERIAL });
  });

  it('reads fingerprints with and without colons, and says that SHA-1 is not kept', () => {
    const sha256 = fingerprint.replaceAll(':', '');
    for (const text of [fingerprint, sha256.toLowerCase(), `SHA256 Fingerprint=${fingerprint}`]) {
      expect(readings(text)).toEqual([{ is: 'fingerprint', sha256 }]);
    }
    expect(readings('ab'.repeat(20)).map((one) => one.is)).toContain('sha1');
    expect(understoodAs({ is: 'sha1' })).toContain('not kept');
  });

  it.each([
    ['ines@meridian.example', 'email'],
    ['acc_01h00000000000000000000000', 'id'],
    ['CRT_01H00000000000000000000000', 'id'],
    ['req_5f2c9ab01234', 'request'],
    ['198.51.100.82', 'address'],
    ['2001:db8::7', 'address'],
    ['198.51.100.0/24', 'network'],
    ['198.51.100.*', 'network'],
    ['2001:db8:1::/48', 'network'],
    ['@meridian.example', 'domain'],
    ['meridian.example', 'domain'],
    ['erp-sync', 'name'],
    ['Meridian Freight', 'name'],
    ['00000', 'name'],
  ])('understands %s first as %s', (text, is) => {
    expect(readings(text)[0]?.is).toBe(is);
  });

  it('takes a dotted name for an API client as well as for a domain', () => {
    expect(readings('erp.meridian').map((one) => one.is)).toEqual(['domain', 'name']);
    expect(readings('@erp.meridian').map((one) => one.is)).toEqual(['domain']);
  });

  it('looks a network up by how its addresses begin', () => {
    expect(readings('198.51.100.7/24')[0]).toMatchObject({ prefix: '198.51.100.' });
    expect(readings('2001:db8:1::/48')[0]).toMatchObject({ prefix: '2001:db8:1:' });
  });

  it('knows a certificate by fingerprint, public key and serial, also in a chain or with its line ends lost', () => {
    const wanted = {
      is: 'certificate',
      fingerprint: fingerprint.replaceAll(':', ''),
      spki,
      serialHex: SERIAL,
    };
    const chain = `${file('ca.pem')}\n${file('a.pem')}`;
    for (const text of [file('a.pem'), chain, file('a.pem').replaceAll('\n', ' ')]) {
      expect(readings(text)).toEqual([wanted]);
    }
  });

  it('stands for a file in an address by what identifies it, and reads that again', () => {
    const query = readQuery(file('a.pem'));
    if (query.kind !== 'readings') throw new Error('it was not read');
    expect(query.text).not.toContain('BEGIN');
    expect(readQuery(query.text)).toEqual(query);
  });

  it('knows a signing request and a public key by the key alone', () => {
    for (const name of ['a.csr', 'a.pub']) {
      expect(readings(file(name))).toEqual([{ is: 'key', spki }]);
    }
  });

  it('T23: refuses a private key, alone or beside its certificate, and gives none of it back', () => {
    const headless = file('a.key').split('\n').slice(1, -2).join('');
    for (const text of [file('a.key'), `${file('a.pem')}${file('a.key')}`, headless]) {
      expect(readQuery(text)).toEqual({ kind: 'private-key' });
    }
  });

  it('T24: knows an API key by how it begins, and lets its secret go no further', () => {
    const secret = 'Zq0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefgh123';
    for (const text of [
      `csk_prod_0123456789ab_${secret}`,
      `Authorization: Bearer csk_0123456789ab_${secret}`,
      'csk_any_0123456789ab',
      'csk_0123456789ab',
    ]) {
      const query = readQuery(text);
      expect(query).toMatchObject({ readings: [{ is: 'api-key', prefix: '0123456789ab' }] });
      expect(JSON.stringify(query)).not.toContain('Zq0');
    }
  });

  it('says of what was found how it was meant, not how else it could have been', () => {
    const name = 'erp.meridian.example';
    expect(understood(name, 'certificate')).toBe('A name in a certificate, or how one begins.');
    expect(understood(name)).toBe('A domain of e-mail addresses. Or: A name, or how one begins.');
    expect(understood('@meridian.example')).toBe('A domain of e-mail addresses.');
    expect(understood(SERIAL, 'certificate')).toContain('A serial number, 16 bytes.');
    expect(understood('12345678', null)).toBe('A name, or how one begins.');
    expect(understood('')).toBe('');
  });

  it('says what is wrong with a file that names nobody', () => {
    expect(readQuery(file('ca.pem'))).toMatchObject({ kind: 'unreadable' });
    expect(readQuery(file('a.pem').replace(/[A-Za-z]{20}/, 'x'))).toMatchObject({
      kind: 'unreadable',
    });
    expect(readQuery('x'.repeat(70_000))).toMatchObject({ kind: 'unreadable' });
    expect(readQuery('  ')).toEqual({ kind: 'nothing' });
  });
});
