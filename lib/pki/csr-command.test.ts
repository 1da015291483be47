import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCsr } from './csr-check';
import { type CommandKey, opensslCommand } from './csr-command';
import { sequence, tlv } from './der-write';
import { OID } from './oids';
import {
  composed,
  dnsNames,
  extension,
  extensionRequest,
  inFolder,
  LEGAL_NAME,
  opensslRequest,
  requestPem,
  type SubjectPart,
} from './testing';

/** Pastes the command into a POSIX shell; the passphrase it would ask for is given beside it. */
function pasted(command: string): { pem: string; files: string[] } {
  return inFolder((folder) => {
    execFileSync('/bin/sh', ['-c', `${command} -passout pass:test`], {
      cwd: folder,
      stdio: 'pipe',
    });
    const files = readdirSync(folder).sort();
    const request = files.find((file) => file.endsWith('.csr')) ?? '';
    return { pem: readFileSync(join(folder, request), 'utf8'), files };
  });
}

const base = { commonName: 'erp.meridian.example', dnsNames: [], key: 'EC P-256' as const };

describe('the openssl command, pasted into a shell', () => {
  it.each<CommandKey>(['EC P-256', 'EC P-384', 'RSA 2048', 'RSA 3072', 'RSA 4096', 'Ed25519'])(
    'makes a key of %s and a request without findings',
    async (key) => {
      const { pem, files } = pasted(
        opensslCommand({
          ...base,
          key,
          country: 'US',
          state: 'California',
          locality: 'Oakland',
          organization: LEGAL_NAME,
          dnsNames: ['erp.meridian.example', 'b.meridian.example'],
        }),
      );
      expect(files).toEqual(['erp.csr', 'erp.key']);
      const { facts, findings } = await checkCsr(pem, { legalName: LEGAL_NAME });
      expect(findings).toEqual([]);
      expect(facts?.key.label).toBe(key);
      expect(facts?.dnsNames).toEqual(['erp.meridian.example', 'b.meridian.example']);
    },
  );

  it.each([
    'Smith & Sons',
    "L'Oréal",
    'A/B',
    'A+B',
    'A=B',
    'back\\slash',
    '$HOME',
    '`touch hacked`',
    '$(touch hacked)',
    '"; touch hacked; "',
    "'; touch hacked; '",
    'Wow! !!',
    '#hash',
    '東京 🚢',
    '-subj',
    '\\',
    'a\\/b\\+c',
    ' spaces ',
  ])('carries the organization %j unchanged and runs nothing else', async (organization) => {
    const { pem, files } = pasted(opensslCommand({ ...base, organization }));
    expect(files).toEqual(['erp.csr', 'erp.key']);
    const { facts } = await checkCsr(pem, { legalName: organization });
    expect(facts?.subject).toEqual([
      { type: 'O', value: organization },
      { type: 'CN', value: base.commonName },
    ]);
  });

  it.each(['$(touch hacked)', '../../etc/passwd', 'a b', '-x'])(
    'names its files by the common name, made safe: %s',
    (commonName) => {
      const command = opensslCommand({ ...base, commonName });
      expect(command).toMatch(/-keyout [A-Za-z0-9][A-Za-z0-9-]*\.key -out /);
      expect(existsSync('hacked')).toBe(false);
    },
  );
});

describe('the corrected command makes a request without findings', () => {
  const subject = (...parts: SubjectPart[]) => requestPem(composed({ subject: parts }));
  const places: SubjectPart[] = [
    ['C', 'US'],
    ['ST', 'CA'],
    ['L', 'Oak & land'],
  ];
  const san = (...names: string[]) =>
    requestPem(composed({ attributes: [extensionRequest(dnsNames(...names))] }));
  it.each<[string, string, string, string[]]>([
    ['wildcard', subject(...places, ['CN', '*.example.com']), 'client.example.com', []],
    ['underscore', subject(...places, ['CN', 'my_app.example.com']), 'my-app.example.com', []],
    ['no common name', subject(...places), 'client.example.com', []],
    ['an address', subject(...places, ['CN', '10.0.0.1']), 'client.example.com', []],
    [
      'a long name',
      subject(...places, ['CN', `${'a'.repeat(62)}.${'b'.repeat(10)}`]),
      'client.example.com',
      [],
    ],
    [
      'two common names',
      subject(...places, ['CN', 'a.example'], ['CN', 'b.example']),
      'a.example',
      [],
    ],
    [
      'lower-case country',
      subject(['C', 'us'], ...places.slice(1), ['CN', 'a.example']),
      'a.example',
      [],
    ],
    [
      'invisible',
      subject(['C', 'US'], ['ST', 'Cali\u200bfornia'], ['L', '\u202eOakland'], ['CN', 'a.example']),
      'a.example',
      [],
    ],
    [
      'too long',
      subject(['C', 'US'], ['ST', 'x'.repeat(200)], ['L', 'y'.repeat(129)], ['CN', 'a.example']),
      'a.example',
      [],
    ],
    [
      'a wildcard beside its domain',
      san('a.example.com', '*.a.example.com'),
      'erp.meridian.example',
      ['a.example.com'],
    ],
    [
      'names of every kind',
      san('10.0.0.1', '*', 'x_y.example.com', 'ok.example.com'),
      'erp.meridian.example',
      ['x-y.example.com', 'ok.example.com'],
    ],
    [
      '101 names',
      san(...Array.from({ length: 101 }, (_, at) => `n${at}.example.com`)),
      'erp.meridian.example',
      Array.from({ length: 100 }, (_, at) => `n${at}.example.com`),
    ],
    [
      'an address among the names',
      requestPem(
        composed({
          attributes: [
            extensionRequest(
              extension(OID.subjectAltName, sequence(tlv(0x87, Uint8Array.of(1, 2, 3, 4)))),
            ),
          ],
        }),
      ),
      'erp.meridian.example',
      [],
    ],
    ['a weak key', opensslRequest({ key: ['rsa:1024'] }), 'erp.meridian.example', []],
    ['SHA-1', opensslRequest({ key: ['rsa:2048'], args: ['-sha1'] }), 'erp.meridian.example', []],
  ])('%s', async (_what, request, commonName, names) => {
    const before = await checkCsr(request, { legalName: LEGAL_NAME });
    const [command] = new Set(before.findings.flatMap((one) => one.command ?? []));
    const { pem } = pasted(command ?? '');
    const { facts, findings } = await checkCsr(pem, { legalName: LEGAL_NAME });
    expect(findings).toEqual([]);
    expect(facts).toMatchObject({ commonName, dnsNames: names });
  });

  it('a legal name with characters that divide a -subj, and one too long for it', async () => {
    for (const legalName of ['Smith/Sons + Co "Ltd"', 'L'.repeat(65)]) {
      const before = await checkCsr(subject(['CN', '*.a.example']), { legalName });
      const { pem } = pasted(before.findings[0]?.command ?? '');
      const { findings } = await checkCsr(pem, { legalName });
      expect(findings.filter((one) => one.severity === 'error')).toEqual([]);
    }
  });

  it('a file that cannot be read at all gets a command that works', async () => {
    const before = await checkCsr('hello', { legalName: LEGAL_NAME });
    const { pem } = pasted(before.findings[0]?.command ?? '');
    const { csr } = await checkCsr(pem, { legalName: LEGAL_NAME });
    expect(csr?.commonName).toBe('client.example.com');
  });
});
