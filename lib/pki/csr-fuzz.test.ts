import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type CsrCheck, checkCsr } from './csr-check';
import { CSR_RULES } from './csr-rules';
import { equalBytes } from './der';
import { concat } from './der-write';
import { derOf } from './pem';
import { EC_P256, LEGAL_NAME, opensslRequest } from './testing';

const RUNS = 5_000;
const SEED = 20_261_121;

type Seed = { pem: string; der: Uint8Array };
const seeds: Seed[] = [];
const at = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const seedOf = ({ seed }: { seed: number }) => seeds[seed % seeds.length] ?? { pem: '', der: none };
const none = new Uint8Array();

beforeAll(() => {
  const names = 'subjectAltName=DNS:b.meridian.example,DNS:c.meridian.example';
  const P384 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-384'];
  const PSS = ['-sigopt', 'rsa_padding_mode:pss'];
  for (const pem of [
    opensslRequest({ key: EC_P256, extensions: names }),
    opensslRequest({ key: P384, args: ['-sha384'] }),
    opensslRequest({ key: ['ed25519'], extensions: `${names}\nbasicConstraints=CA:TRUE` }),
    opensslRequest({ key: ['rsa:2048'], extensions: names }),
    opensslRequest({ key: ['rsa:2048'], args: PSS, subject: '/OU=Träger/CN=a.example.com' }),
  ]) {
    seeds.push({ pem, der: derOf(pem) });
  }
});

/** A check of anything: findings of known rules, and a request exactly when nothing blocks. */
function expectSound({ csr, findings }: CsrCheck): void {
  expect(Array.isArray(findings)).toBe(true);
  expect(findings.filter((one) => !Object.hasOwn(CSR_RULES, one.rule))).toEqual([]);
  expect(csr === null).toBe(findings.some((one) => one.severity === 'error'));
  for (const { value, mark } of findings) {
    if (mark === null) continue;
    expect(mark.start).toBeLessThanOrEqual(mark.end);
    expect(mark.end).toBeLessThanOrEqual(value?.length ?? 0);
  }
}

describe('T7: ten thousand mutations of requests by openssl never throw, and none passes that openssl did not make', () => {
  const octets = fc.record({
    seed: fc.nat(),
    edits: fc.array(
      fc.record({
        at,
        octet: fc.nat(255),
        kind: fc.constantFrom('flip', 'set', 'drop', 'insert', 'cut', 'longer', 'shorter', 'move'),
      }),
      { minLength: 1, maxLength: 3 },
    ),
  });
  type Edit = { at: number; octet: number; kind: string };

  function edited(der: Uint8Array, edit: Edit): Uint8Array {
    const index = Math.floor(edit.at * der.length);
    const [head, tail, here] = [der.subarray(0, index), der.subarray(index + 1), der[index] ?? 0];
    const put = (octet: number) => concat([head, Uint8Array.of(octet & 0xff), tail]);
    switch (edit.kind) {
      case 'flip':
        return put(here ^ (1 << (edit.octet % 8)));
      case 'set':
        return put(edit.octet);
      case 'drop':
        return concat([head, tail]);
      case 'insert':
        return concat([head, Uint8Array.of(edit.octet, here), tail]);
      case 'cut':
        return head;
      case 'longer':
        return concat([put(here + 1), Uint8Array.of(edit.octet)]);
      case 'shorter':
        return put(here - 1).subarray(0, -1);
      default:
        return concat([tail, head, Uint8Array.of(here)]);
    }
  }

  it(`${RUNS} with octets flipped, set, dropped, inserted, cut off, moved, and lengths changed`, async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(octets, async (given) => {
        const { der } = seedOf(given);
        const input = given.edits.reduce(edited, der);
        const check = await checkCsr(input, { legalName: LEGAL_NAME });
        expectSound(check);
        expect(check.csr !== null).toBe(equalBytes(input, der));
        if (check.csr) passed += 1;
      }),
      { numRuns: RUNS, seed: SEED },
    );
    expect(passed).toBeLessThan(RUNS / 20);
  });

  const pieces = [
    '-----',
    '\r\n',
    '\n\n',
    ' ',
    '=',
    'A',
    '-----END CERTIFICATE REQUEST-----',
    '\u0000',
    '\ufeff',
    'é',
    '\t',
  ];
  const text = fc.record({
    seed: fc.nat(),
    edits: fc.array(fc.record({ at, length: fc.nat(70), piece: fc.constantFrom('', ...pieces) }), {
      minLength: 1,
      maxLength: 3,
    }),
  });

  it(`${RUNS} with the text of the PEM edited: what passes is the same request in other white space`, async () => {
    let passed = 0;
    await fc.assert(
      fc.asyncProperty(text, async (given) => {
        const { pem, der } = seedOf(given);
        const input = given.edits.reduce((before, { at: where, length, piece }) => {
          const index = Math.floor(where * before.length);
          // Half of the edits insert, the others replace.
          return before.slice(0, index) + piece + before.slice(index + (length % 2 ? length : 0));
        }, pem);
        const check = await checkCsr(input, { legalName: LEGAL_NAME });
        expectSound(check);
        if (check.csr === null) return;
        passed += 1;
        expect(equalBytes(derOf(input.replace(/^\ufeff/, '')), der)).toBe(true);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    // White space in the right places is harmless, so that some pass; else the edits above would prove nothing.
    expect(passed).toBeGreaterThan(50);
  });
});
