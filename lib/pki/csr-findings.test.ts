import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkCsr } from './csr-check';
import { derOf } from './pem';
import {
  composed,
  dnsNames,
  extensionRequest,
  inFolder,
  LEGAL_NAME,
  opensslRequest,
  type SubjectPart,
} from './testing';

const context = { legalName: LEGAL_NAME };

async function findingsOf(...subject: SubjectPart[]) {
  const { findings } = await checkCsr(composed({ subject }), context);
  return (rule: string) => findings.find((one) => one.rule === rule);
}

describe('invariant 4: all that is wrong with one value', () => {
  it('an invisible character, a forbidden one and the length are three findings', async () => {
    const found = await findingsOf(['L', `${'L'.repeat(128)}\u200b&`], ['CN', 'a.example.com']);
    expect(found('invisible-character')?.message).toContain('U+200B');
    expect(found('forbidden-character')?.message).toContain('"&" (U+0026) at position 130');
    expect(found('text-length')?.message).toContain('130 characters');
  });

  it('every kind of forbidden character is named, the first is marked', async () => {
    const found = (await findingsOf(['L', 'A & B @ C & D'], ['CN', 'a.b']))('forbidden-character');
    expect(found?.message).toContain('"&" (U+0026) at position 3, and "@" (U+0040).');
    expect(found?.mark).toEqual({ start: 2, end: 3 });
  });

  it.each([
    ['\u00ad', 'soft hyphen'],
    ['\u3164', 'Hangul filler'],
    ['\u2800', 'empty braille'],
    ['\u034f', 'grapheme joiner'],
    ['\ufe0f', 'variation selector'],
    ['\u{e0041}', 'tag letter'],
  ])('U+%j, a %s, is drawn as nothing and refused', async (character) => {
    const found = await findingsOf(['L', `Oak${character}land`], ['CN', 'a.b']);
    expect(found('invisible-character')).toMatchObject({
      value: 'Oak\ufffdland',
      mark: { start: 3, end: 4 },
    });
  });

  it('lengths are counted in characters, marks in UTF-16 units', async () => {
    const found = await findingsOf(['L', '🚢'.repeat(129)], ['CN', 'a.b']);
    const long = found('text-length');
    expect(long?.message).toContain('129 characters; at most 128');
    expect(long?.mark === null || (long?.mark.start ?? 0) % 2 === 0).toBe(true);
  });
});

describe('invariant 4: all that is wrong with many values', () => {
  const request = (count: number, nameOf: (at: number) => string) => {
    const names = Array.from({ length: count }, (_, at) => nameOf(at));
    return composed({ attributes: [extensionRequest(dnsNames(...names))] });
  };

  it('each of a hundred wrong names has its own finding, and one command mends them all', async () => {
    const wrong = request(100, (at) => `n_${at}.example.com`);
    const { findings } = await checkCsr(wrong, context);
    expect(findings.map((one) => one.value)).toEqual(
      Array.from({ length: 100 }, (_, at) => `n_${at}.example.com`),
    );
    expect(new Set(findings.map((one) => one.command)).size).toBe(1);
    expect(findings[0]?.command).toContain('DNS:n-0.example.com,DNS:n-1.example.com');
    expect(findings[0]?.command).toContain('DNS:n-99.example.com');
  });

  it('T7: with the longest names the reply stays below a megabyte', async () => {
    const tail = Array.from({ length: 3 }, () => 'x'.repeat(60)).join('.');
    const check = await checkCsr(
      request(100, (at) => `_${at}.${tail}.example`),
      context,
    );
    expect(check.findings).toHaveLength(100);
    expect(check.findings[0]?.command?.length).toBeGreaterThan(18_000);
    expect(JSON.stringify(check).length).toBeLessThan(500_000);
  });

  it('T7: beyond any honest request the rest is counted', async () => {
    const kinds: SubjectPart[] = Array.from({ length: 900 }, () => ['OU', '&']);
    const { findings } = await checkCsr(composed({ subject: kinds }), context);
    expect(findings).toHaveLength(200);
    expect(findings.some((one) => one.message.includes('And 800 more of this kind.'))).toBe(true);
    expect(findings.at(-1)?.message).toMatch(/And \d+ more findings\.$/);
  });
});

describe('advice that fits the place', () => {
  it.each([
    ['US', 'WA', 'Write Washington.'],
    ['AU', 'WA', 'Spell it out.'],
    ['DE', 'NW', 'Spell it out.'],
  ])('%s, %s: %s', async (country, state, fix) => {
    const found = await findingsOf(['C', country], ['ST', state], ['CN', 'a.example.com']);
    expect(found('place-abbreviated')?.fix).toBe(fix);
  });

  it.each([
    ['UK', 'GB'],
    ['EL', 'GR'],
    ['us', 'US'],
  ])('%s is meant for %s, in the advice and in the command', async (written, meant) => {
    const found = await findingsOf(['C', written], ['CN', 'a.example.com']);
    expect(found('country-code')?.fix).toBe(`Write ${meant}.`);
    expect(found('country-code')?.command).toContain(`/C=${meant}/`);
  });
});

describe('other structures in DER are named', () => {
  it.each([
    ['a public key', 'pkey -in a.key -pubout -outform DER -out b'],
    ['a PKCS #7', 'crl2pkcs7 -nocrl -certfile a.pem -outform DER -out b'],
    ['a certificate', 'x509 -in a.pem -outform DER -out b'],
    ['a revocation list', 'ca -config ca.cnf -gencrl -keyfile a.key -cert a.pem -out c.pem'],
  ])('%s', async (what, command) => {
    const file = inFolder((folder, openssl) => {
      const request = 'req -x509 -newkey rsa:2048 -nodes -keyout a.key -subj /CN=a -out a.pem';
      openssl(...request.split(' '));
      const config =
        '[ca]\ndefault_ca=a\n[a]\ndatabase=db\ndefault_md=sha256\ndefault_crl_days=1\n';
      execFileSync('sh', ['-c', `printf '${config}' > ca.cnf; : > db`], { cwd: folder });
      openssl(...command.split(' '));
      if (what !== 'a revocation list') return new Uint8Array(readFileSync(join(folder, 'b')));
      return derOf(readFileSync(join(folder, 'c.pem'), 'utf8'));
    });
    const { findings } = await checkCsr(file, context);
    expect(findings).toMatchObject([{ rule: 'not-a-request' }]);
    expect(findings[0]?.message).toContain(`This is ${what}`);
  });

  it('a request stays a request', async () => {
    expect((await checkCsr(derOf(opensslRequest({})), context)).findings).toEqual([]);
  });
});
