import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCsr } from './csr-check';
import { type CommandKey, opensslCommand } from './csr-command';
import { keytoolCommand, stepCommand } from './other-commands';
import { inFolder, LEGAL_NAME } from './testing';

const BASE = { commonName: 'erp.meridian.example', dnsNames: [], key: 'EC P-256' as const };
const FULL = {
  ...BASE,
  country: 'US',
  state: 'California',
  locality: 'Oakland',
  organization: LEGAL_NAME,
  dnsNames: ['erp.meridian.example', 'b.meridian.example'],
};

/** Pastes the command into a POSIX shell in which keytool is told the password that it would ask for. */
function pasted(command: string, locale = 'C'): { pem: string; files: string[] } {
  return inFolder((cwd) => {
    const told = 'keytool() { command keytool "$@" -storepass test1234; }';
    const env = { ...process.env, LC_ALL: locale };
    execFileSync('/bin/sh', ['-c', `${told}\n${command}`], { cwd, stdio: 'pipe', env });
    const files = readdirSync(cwd).sort();
    const request = files.find((file) => file.endsWith('.csr')) ?? '';
    return { pem: readFileSync(join(cwd, request), 'utf8'), files };
  });
}

/** The words a POSIX shell makes of a command. */
function wordsOf(command: string): string[] {
  return inFolder((cwd) => {
    const told = `step() { printf '%s\\n' "$@"; }`;
    const run = spawnSync('/bin/sh', ['-c', `${told}\n${command}`], { cwd, encoding: 'utf8' });
    expect([run.status, run.stderr, readdirSync(cwd)]).toEqual([0, '', []]);
    return run.stdout.split('\n').slice(0, -1);
  });
}

describe('the keytool commands, pasted into a shell', () => {
  it.each<CommandKey>(['EC P-256', 'EC P-384', 'RSA 2048', 'RSA 3072', 'RSA 4096', 'Ed25519'])(
    'make a key of %s and a request without findings',
    async (key) => {
      const { pem, files } = pasted(keytoolCommand({ ...FULL, key }));
      expect(files).toEqual(['erp.csr', 'erp.p12']);
      const { facts, findings } = await checkCsr(pem, { legalName: LEGAL_NAME });
      expect(findings.filter((one) => one.severity !== 'notice')).toEqual([]);
      expect(facts?.key.label).toBe(key);
      expect(facts?.dnsNames).toEqual(FULL.dnsNames);
      expect(facts?.subject.map(({ type, value }) => [type, value])).toEqual([
        ['C', 'US'],
        ['ST', 'California'],
        ['L', 'Oakland'],
        ['O', LEGAL_NAME],
        ['CN', 'erp.meridian.example'],
      ]);
    },
  );

  it.each([
    'Smith & Sons',
    "L'Oréal",
    'A, B + C = D; E',
    '"quoted" <and> more',
    'back\\slash',
    '$HOME $(touch hacked) `touch hacked`',
    "'; touch hacked; '",
    'Wow! !!',
    '#hash',
    '東京 🚢',
    ' é, ü + ñ  ñ = "ö" \\ß# ',
    ' spaces ',
  ])(
    'carry the organization %j unchanged in any locale, and run nothing else',
    async (organization) => {
      const { pem, files } = pasted(keytoolCommand({ ...BASE, organization }));
      expect(files).toEqual(['erp.csr', 'erp.p12']);
      const { facts } = await checkCsr(pem, { legalName: organization });
      expect(facts?.subject).toEqual([
        { type: 'O', value: organization },
        { type: 'CN', value: BASE.commonName },
      ]);
    },
  );
});

describe('the openssl command without a passphrase', () => {
  it('asks for none, and writes a key that needs none', () => {
    inFolder((cwd) => {
      const command = opensslCommand({ ...FULL, passphrase: 'none' });
      execFileSync('/bin/sh', ['-c', command], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
      const key = readFileSync(join(cwd, 'erp.key'), 'utf8');
      expect(key).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    });
  });
});

// step cannot be installed from npm or Debian: only what the shell hands to it is held here.
describe('the step command', () => {
  it('hands each value over as one word, names first, then subject, request and key', () => {
    const words = wordsOf(stepCommand({ ...FULL, key: 'RSA 3072' }));
    expect(words).toEqual([
      ...'certificate create --csr --kty RSA --size 3072'.split(' '),
      ...'--san erp.meridian.example --san b.meridian.example'.split(' '),
      ...'erp.meridian.example erp.csr erp.key'.split(' '),
    ]);
  });

  it('leaves the key unprotected only when told so', () => {
    expect(wordsOf(stepCommand(FULL))).not.toContain('--no-password');
    const bare = wordsOf(stepCommand({ ...FULL, passphrase: 'none' }));
    expect(bare).toContain('--no-password');
    expect(bare).toContain('--insecure');
  });

  it.each(["L'Oréal", '$(touch hacked)', '`x`', 'Wow!!', 'a"b', '\\'])(
    'keeps %j one word and runs nothing',
    (commonName) => {
      expect(wordsOf(stepCommand({ ...BASE, commonName }))).toContain(commonName);
    },
  );
});
