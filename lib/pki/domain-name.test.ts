import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkCsr } from './csr-check';
import { described, domainNameFault, mendedName } from './domain-name';
import { composed, dnsNames, extensionRequest } from './testing';

const ruleOf = (name: string) => domainNameFault(name)?.rule ?? 'fine';
const label = (length: number) => 'a'.repeat(length);
const longest = [label(63), label(63), label(63), label(61)].join('.');

describe('RFC 1034, 3.5 and RFC 1123, 2.1: a fully qualified domain name', () => {
  it.each([
    ['erp.example.com', 'fine'],
    ['ERP.Example.COM', 'fine'],
    ['3com.example', 'fine'],
    ['a-b.c--d.example', 'fine'],
    ['xn--bcher-kva.example', 'fine'],
    [`${label(63)}.example`, 'fine'],
    [longest, 'fine'],
    [`${longest}a`, 'name-length'],
    [`${label(64)}.example`, 'name-length'],
    ['example', 'name-not-qualified'],
    ['erp.local1', 'fine'],
    ['erp.123', 'name-not-qualified'],
    ['1.2.3.4.5', 'name-not-qualified'],
    ['192.0.2.1', 'ip-address'],
    ['999.0.2.1', 'ip-address'],
    ['0x7f.0x1', 'ip-address'],
    ['a.0X7F', 'ip-address'],
    ['a.0xg', 'fine'],
    ['::1', 'ip-address'],
    ['[2001:db8::1]', 'ip-address'],
    ['fe80::1%eth0', 'ip-address'],
    ['::ffff:192.0.2.1', 'ip-address'],
    ['', 'name-syntax'],
    ['.', 'name-syntax'],
    ['a.', 'name-syntax'],
    ['erp.example.com.', 'name-syntax'],
    ['erp..example.com', 'name-syntax'],
    ['-erp.example.com', 'name-syntax'],
    ['erp-.example.com', 'name-syntax'],
    ['erp_1.example.com', 'name-syntax'],
    ['erp.example.com ', 'name-syntax'],
    ['erp.example.com\u0000.evil.example', 'name-syntax'],
    ['erp.exa\u200bmple.com', 'name-syntax'],
    ['\u0435rp.example.com', 'name-syntax'],
    ['erp。example。com', 'name-syntax'],
    ['https://erp.example.com', 'name-syntax'],
    ['erp.example.com:443', 'name-syntax'],
    ['user@example.com', 'name-syntax'],
    ['*.example.com', 'wildcard-name'],
    ['erp.*.com', 'wildcard-name'],
    ['*', 'wildcard-name'],
  ])('%j: %s', (name, rule) => {
    expect(ruleOf(name)).toBe(rule);
  });

  it('whatever passes has labels of letters, digits and inner hyphens; marks start inside the name', () => {
    const name = fc.array(fc.constantFrom('a', 'Z', '0', '-', '.', '*', '_', ' ', 'é', '🚢'), {
      maxLength: 80,
    });
    fc.assert(
      fc.property(name, (characters) => {
        const text = characters.join('');
        const fault = domainNameFault(text);
        if (fault === null) {
          const labels = text.split('.');
          expect(labels.length).toBeGreaterThan(1);
          for (const one of labels)
            expect(one).toMatch(/^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/);
        } else if (fault.mark && text !== '') {
          expect(fault.mark.start).toBeLessThanOrEqual(text.length);
          expect(fault.mark.start).toBeLessThan(fault.mark.end);
        }
      }),
      { numRuns: 3_000, seed: 20_261_121 },
    );
  });

  it('RFC 5280, 4.2.1.6: a NUL cannot hide the rest of an alternative name', async () => {
    const hidden = composed({
      attributes: [extensionRequest(dnsNames('erp.example.com\u0000.evil.example'))],
    });
    const { findings, csr } = await checkCsr(hidden, { legalName: 'Meridian Freight' });
    expect(findings).toMatchObject([
      { rule: 'name-syntax', field: 'DNS', mark: { start: 15, end: 16 } },
    ]);
    expect(findings[0]?.message).toContain('U+0000');
    expect(csr).toBeNull();
    const shown = spawnSync('openssl', ['req', '-inform', 'DER', '-noout', '-text'], {
      input: hidden,
    });
    expect(shown.stdout.toString()).toContain('Subject Alternative Name');
  });
});

describe('mended names', () => {
  it.each([
    ['*.example.com', 'client.example.com'],
    ['erp.example.com.', 'erp.example.com'],
    ['ERP_1.example.com', 'erp-1.example.com'],
    ['-erp-.example.com', 'erp.example.com'],
    ['localhost', null],
    ['192.0.2.1', null],
    ['', null],
  ])('%s: %s', (name, mended) => {
    expect(mendedName(name)).toBe(mended);
  });

  it('a mended name passes, or there is none', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        const mended = mendedName(name);
        if (mended !== null) expect(domainNameFault(mended)).toBeNull();
      }),
      { numRuns: 3_000, seed: 20_261_121 },
    );
  });

  // What grows with the square of the length would not end within the runner's timeout.
  it('T7: a million hyphens cost no time', () => {
    expect(mendedName(`${'-'.repeat(1_000_000)}a.example`)).toBeNull();
  });
});

describe('a character for people', () => {
  it.each([
    ['&', '"&" (U+0026)'],
    ['\u0000', 'U+0000'],
    ['\u202e', 'U+202E'],
    [' ', 'U+0020'],
    ['🚢', '"🚢" (U+1F6A2)'],
  ])('%j: %s', (character, text) => {
    expect(described(character)).toBe(text);
  });
});
