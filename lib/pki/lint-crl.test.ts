import { beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { type CrlDraft, crlBuilder } from './crl';
import { type DerNode, readDer, TAG } from './der';
import { octetString, oid, sequence, text, tlv, wholeNumber } from './der-write';
import { CRL_RULES, lintCrl } from './lint-crl';
import { type TestCa, testCa } from './testing/ca';
import { critical, plain } from './testing/drafts';

const NOW = new Date('2026-11-21T10:23:45Z');
const SERIALS = ['41'.repeat(16), '42'.repeat(16), '43'.repeat(16)];

let ca: TestCa;
let other: TestCa;
let good: CrlDraft;
beforeAll(async () => {
  ca = await testCa();
  other = await testCa({ name: 'Another CA' });
  good = draft();
});

function draft(change: { issuerDer?: Uint8Array; thisUpdate?: Date; nextUpdate?: Date } = {}) {
  const thisUpdate = change.thisUpdate ?? NOW;
  const builder = crlBuilder({
    issuerDer: change.issuerDer ?? ca.certificateDer,
    number: 9,
    thisUpdate,
    nextUpdate: change.nextUpdate ?? new Date(thisUpdate.getTime() + 7 * DAY_MS),
  });
  builder.add(
    SERIALS.map((serialHex) => ({ serialHex, revokedAt: NOW, reason: 'superseded' as const })),
  );
  return builder.finish();
}

function broken(tbsDer: Uint8Array, issuerDer = ca.certificateDer): string[] {
  const result = lintCrl({ tbsDer, issuerDer, now: NOW });
  return 'findings' in result ? result.findings.map(({ rule }) => rule) : [];
}

/** The good list with one of its parts replaced; null leaves it out. */
function withPart(index: number, part: (before: DerNode) => Uint8Array | null): Uint8Array {
  const parts = readDer(good.tbsDer).children.map((node, at) =>
    at === index ? part(node) : node.der,
  );
  return sequence(...parts.filter((one) => one !== null));
}

const REVOKED = 5;
const EXTENSIONS = 6;
const entries = (change: (der: readonly Uint8Array[]) => Uint8Array[]) =>
  withPart(REVOKED, ({ children }) => sequence(...change(children.map(({ der }) => der))));
const extensions = (change: (der: readonly Uint8Array[]) => Uint8Array[]) =>
  withPart(EXTENSIONS, ({ children }) =>
    tlv(0xa0, sequence(...change(children[0]?.children.map(({ der }) => der) ?? []))),
  );
const oneEntry = (serial: Uint8Array, time: Uint8Array, ...more: Uint8Array[]) =>
  entries(() => [sequence(tlv(TAG.integer, serial), time, ...more)]);
const SERIAL = new Uint8Array(16).fill(0x41);
const TIME = text(TAG.utcTime, '261121102345Z');
const reason = (code: number) => sequence(plain('2.5.29.21', tlv(0x0a, Uint8Array.of(code))));

describe('lintCrl', () => {
  it('passes what crlBuilder writes, with its number and the count of its entries', () => {
    const result = lintCrl({ ...good, now: NOW });
    expect('linted' in result && [result.linted.number, result.linted.entries]).toEqual([9, 3]);
  });

  const CASES: [string, () => Uint8Array][] = [
    ['crl-version', () => withPart(0, () => wholeNumber(0))],
    ['crl-signature-algorithm', () => withPart(1, () => sequence(oid('1.2.840.10045.4.3.3')))],
    ['crl-issuer-name', () => withPart(2, () => sequence())],
    ['crl-this-update', () => draft({ thisUpdate: later(21 * -MINUTE_MS) }).tbsDer],
    ['crl-this-update', () => draft({ thisUpdate: later(2 * MINUTE_MS) }).tbsDer],
    ['crl-next-update', () => draft({ nextUpdate: later(7 * DAY_MS + 1000) }).tbsDer],
    ['crl-next-update', () => draft({ nextUpdate: NOW }).tbsDer],
    ['crl-time-encoding', () => withPart(3, () => text(TAG.generalizedTime, '20261121102345Z'))],
    ['crl-entries', () => entries((all) => [...all].reverse())],
    ['crl-entries', () => entries(([first]) => (first ? [first, first] : []))],
    ['crl-entries', () => entries(() => [])],
    ['crl-entries', () => oneEntry(Uint8Array.of(1), TIME)],
    ['crl-entries', () => oneEntry(new Uint8Array(16).fill(0x81), TIME)],
    ['crl-entries', () => oneEntry(SERIAL, text(TAG.utcTime, '2611211023Z'))],
    ['crl-entries', () => oneEntry(SERIAL, text(TAG.utcTime, '261321102345Z'))],
    ['crl-entries', () => oneEntry(SERIAL, text(TAG.utcTime, '261132102345Z'))],
    ['crl-entries', () => oneEntry(SERIAL, text(TAG.utcTime, '261121242345Z'))],
    ['crl-entries', () => oneEntry(SERIAL, text(TAG.utcTime, '26112110234:Z'))],
    ['crl-entries', () => oneEntry(SERIAL, text(TAG.generalizedTime, '20261121102345Z'))],
    ['crl-entries', () => oneEntry(SERIAL, TIME, reason(0))],
    ['crl-entries', () => oneEntry(SERIAL, TIME, reason(6))],
    ['crl-entries', () => oneEntry(SERIAL, TIME, sequence(plain('2.5.29.24', TIME)))],
    ['crl-entries', () => oneEntry(SERIAL, TIME, reason(1), TIME)],
    ['crl-extensions', () => extensions((all) => [...all, critical('2.5.29.28', sequence())])],
    ['crl-extensions', () => extensions((all) => [...all, ...all.slice(0, 1)])],
    ['crl-number', () => extensions(([aki]) => with20(aki, wholeNumber(0)))],
    ['crl-number', () => extensions(([aki]) => with20(aki, tlv(2, new Uint8Array(8).fill(0x41))))],
    [
      'crl-authority-key-identifier',
      () =>
        extensions((all) => [
          plain('2.5.29.35', sequence(tlv(0x80, new Uint8Array(20)))),
          ...all.slice(1),
        ]),
    ],
  ];
  it.each(CASES)('finds %s broken', (rule, make) => {
    expect(broken(make())).toEqual([rule]);
  });

  it('finds the extensions broken that are critical, and the number that is not there', () => {
    const criticalNumber = extensions(([aki]) => [
      aki ?? new Uint8Array(),
      critical('2.5.29.20', wholeNumber(9)),
    ]);
    expect(broken(criticalNumber)).toEqual(['crl-extensions']);
    const without = extensions((all) => all.slice(0, 1));
    expect(broken(without)).toEqual(['crl-extensions', 'crl-number']);
  });

  it('knows the issuer by its name and its key, and takes none that may not sign CRLs', async () => {
    expect(broken(good.tbsDer, other.certificateDer)).toEqual([
      'crl-issuer-name',
      'crl-authority-key-identifier',
    ]);
    const keyCertSign = 0x20;
    const noCrls = await testCa({ usage: keyCertSign });
    const { tbsDer } = draft({ issuerDer: noCrls.certificateDer });
    expect(broken(tbsDer, noCrls.certificateDer)).toEqual(['crl-issuer-may-sign']);
  });

  it('breaks every rule of its table somewhere above', () => {
    const shown = new Set([...CASES.map(([rule]) => rule), 'crl-issuer-may-sign']);
    expect(CRL_RULES.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });

  it('never throws: bytes cut off or changed anywhere are a finding, or the same list', () => {
    for (let at = 0; at < good.tbsDer.length; at += 1) {
      expect(broken(good.tbsDer.subarray(0, at))).not.toEqual([]);
      for (const octet of [0x00, 0x80, 0xff]) {
        const changed = Uint8Array.from(good.tbsDer);
        changed[at] = octet;
        expect(() => broken(changed)).not.toThrow();
      }
    }
  });
});

function later(milliseconds: number): Date {
  return new Date(NOW.getTime() + milliseconds);
}

function with20(aki: Uint8Array | undefined, number: Uint8Array): Uint8Array[] {
  return [aki ?? new Uint8Array(), sequence(oid('2.5.29.20'), octetString(number))];
}
