import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  linted,
  rewritten,
  type TestAuthority,
  testAuthority,
  testDraft,
  verifiedCsr,
} from '@/lib/signer/testing';
import type { VerifiedCsr } from './csr-check';
import { type DerNode, equalBytes, readDer, TAG } from './der';
import { concat, oid, sequence, setOf, text, tlv } from './der-write';
import { LINT_RULES, lint } from './lint';
import { OID } from './oids';
import { composed, dnsNames, extensionRequest } from './testing';
import { brokenBy, type DraftBytes, type NamePart, subjectDer, withPart } from './testing/drafts';

/** Their tests are in lint-extensions.test.ts. */
const EXTENSION_RULES = [
  'extensions-once',
  'extensions-exact',
  'not-a-ca',
  'key-usage',
  'client-auth-only',
  'names',
  'subject-key-identifier',
  'authority-key-identifier',
  'crl-address',
  'ocsp-address',
];
let authority: TestAuthority;
let csr: VerifiedCsr;
let good: DraftBytes;

beforeAll(async () => {
  authority = await testAuthority();
  csr = await verifiedCsr(
    composed({ attributes: [extensionRequest(dnsNames('b.meridian.example'))] }),
  );
  good = await testDraft(csr, authority);
});

const bytes = (length: number, octet: number) => new Uint8Array(length).fill(octet);
const integer = (length: number, octet: number) => tlv(TAG.integer, bytes(length, octet));
const utc = (value: string) => text(TAG.utcTime, value);
const times = (from: string, to: string) => sequence(utc(from), utc(to));
const spki = ({ publicKey }: { publicKey: KeyObject }) =>
  new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
const whole = (node: DerNode) => node.children.map((one) => one.der);
const CN: NamePart = [OID.commonName, TAG.utf8String, 'erp.meridian.example'];
const O: NamePart = [OID.organization, TAG.utf8String, 'Meridian Freight'];
const organization = (value: string, tag: number = TAG.utf8String): NamePart => [O[0], tag, value];
const FROM = '261121054030Z';
const TO = '271121054530Z';
// Places of the parts in a TBSCertificate, RFC 5280, 4.1.
const [VERSION, SERIAL, SIGNATURE, ISSUER, VALIDITY, SUBJECT, SPKI, EXTENSIONS] = [
  0, 1, 2, 3, 4, 5, 6, 7,
] as const;
const reached = new Set<string>();

describe('lint', () => {
  it('passes what the profile makes', () => {
    expect(brokenBy(good)).toEqual([]);
  });

  it.each<[string, string, number, (node: DerNode) => Uint8Array]>([
    ['serial-126-bits', 'a negative serial', SERIAL, () => integer(16, 0xc1)],
    ['serial-126-bits', 'a serial of 8 octets', SERIAL, () => integer(8, 0x41)],
    ['serial-126-bits', 'a serial of 21 octets', SERIAL, () => integer(21, 0x41)],
    ['serial-126-bits', 'serial 0', SERIAL, () => integer(1, 0)],
    ['signature-algorithm', 'SHA-384', SIGNATURE, () => sequence(oid(OID.ecdsaSha384))],
    ['signature-algorithm', 'SHA-1', SIGNATURE, () => sequence(oid('1.2.840.10045.4.1'))],
    ['signature-algorithm', 'NULL', SIGNATURE, () => sequence(oid(OID.ecdsaSha256), tlv(TAG.null))],
    ['issuer-name', 'the root for an issuer', ISSUER, () => subjectOf(authority.root)],
    ['issuer-name', 'the name in another encoding', ISSUER, printable],
    ['validity', 'a year and a day', VALIDITY, () => times(FROM, '271122054530Z')],
    ['validity', 'one second more', VALIDITY, () => times(FROM, '271121054531Z')],
    ['validity', 'an end before the start', VALIDITY, () => times(FROM, '261121054029Z')],
    ['validity', 'an end at the start', VALIDITY, () => times(FROM, FROM)],
    ['within-issuer', 'its issuer', VALIDITY, () => times('360101000000Z', '361201000000Z')],
    [
      'time-encoding',
      'GeneralizedTime before 2050',
      VALIDITY,
      () => generalized('20261121054030Z'),
    ],
    ['subject', 'no organization', SUBJECT, () => subjectDer(CN)],
    ['subject', 'no common name', SUBJECT, () => subjectDer(O)],
    ['subject', 'no name at all', SUBJECT, () => sequence()],
    ['subject', 'an empty organization', SUBJECT, () => subjectDer(organization(''), CN)],
    ['subject', '65 letters', SUBJECT, () => subjectDer(organization('O'.repeat(65)), CN)],
    ['subject', 'a unit', SUBJECT, () => subjectDer(O, ['2.5.4.11', TAG.utf8String, 'IT'], CN)],
    ['subject', 'two organizations', SUBJECT, () => subjectDer(O, O, CN)],
    ['subject', 'two common names', SUBJECT, () => subjectDer(O, CN, CN)],
    ['subject', 'another order', SUBJECT, () => subjectDer(CN, O)],
    ['subject', 'T61', SUBJECT, () => subjectDer(organization('M', TAG.teletexString), CN)],
    [
      'subject',
      'C in UTF-8',
      SUBJECT,
      () => subjectDer([OID.country, TAG.utf8String, 'US'], O, CN),
    ],
    ['subject', 'a set of two', SUBJECT, (node) => setOf2(node)],
    ['subject', 'octets that are no UTF-8', SUBJECT, (node) => noUtf8(node)],
    [
      'key-policy',
      'RSA 1024',
      SPKI,
      () => spki(generateKeyPairSync('rsa', { modulusLength: 1024 })),
    ],
    ['key-policy', 'P-521', SPKI, () => spki(generateKeyPairSync('ec', { namedCurve: 'P-521' }))],
    ['key-policy', 'a third part', SPKI, (node) => sequence(...whole(node), tlv(TAG.null))],
    ['readable', 'version 1', VERSION, () => tlv(0xa0, integer(1, 0))],
    ['readable', 'version 4', VERSION, () => tlv(0xa0, integer(1, 3))],
    ['readable', '30 February', VALIDITY, () => times('270230054030Z', TO)],
    ['readable', 'no seconds', VALIDITY, () => times('2611210540Z', TO)],
    ['readable', 'a time zone', VALIDITY, () => times('261121054030+0100', TO)],
    ['readable', 'a time of no time type', VALIDITY, () => sequence(tlv(TAG.octetString), utc(TO))],
    ['readable', 'a third time', VALIDITY, (node) => sequence(...whole(node), utc(TO))],
    ['readable', 'a unique id', EXTENSIONS, (node) => concat([tlv(0x81, bytes(2, 0)), node.der])],
    ['readable', 'no extensions', EXTENSIONS, () => new Uint8Array()],
  ])('%s is broken by %s', (rule, _what, index, part) => {
    expect(brokenBy(withPart(good, index, part))).toContain(rule);
    reached.add(rule);
  });

  it('nothing, a byte more and a missing issuer are findings as well', () => {
    for (const change of [
      { tbsDer: new Uint8Array() },
      { tbsDer: concat([good.tbsDer, Uint8Array.of(0)]) },
      { issuerDer: new Uint8Array() },
    ]) {
      expect(brokenBy({ ...good, ...change })).toEqual(['readable']);
    }
  });

  it('RFC 5280, 4.2.1.9: a leaf is no issuer, though its key might sign', async () => {
    const leafDer = await authority.signer.sign({
      intentId: 'leaf',
      issuerId: authority.production.issuerId,
      tbs: linted(good),
    });
    const { addresses } = authority;
    const below = { production: { certificateDer: leafDer }, addresses };
    const draft = await testDraft(csr, below, { seed: 'below a leaf' });
    expect(brokenBy(draft)).toEqual(['issuer-may-sign']);
    reached.add('issuer-may-sign');
  });

  it('every rule of the table is broken here or in lint-extensions.test.ts', () => {
    const left = LINT_RULES.map(({ id }) => id).filter((id) => !reached.has(id));
    expect(left).toEqual(EXTENSION_RULES);
  });

  it('all broken rules are named, not the first', () => {
    const serial = withPart(good, SERIAL, () => integer(1, 1));
    const both = withPart(serial, SIGNATURE, () => sequence(oid(OID.ecdsaSha384)));
    expect(brokenBy(both)).toEqual(['serial-126-bits', 'signature-algorithm']);
  });

  it.each([
    ['490101000000Z', utc('491231235959Z'), 'UTCTIME           :491231235959Z'],
    ['490103000000Z', text(TAG.generalizedTime, '20500101000000Z'), 'GENERALIZEDTIME   :2050'],
  ])('RFC 5280, 4.1.2.5.2: the turn of 2049, from %s', (from, to, printed) => {
    const draft = withPart(good, VALIDITY, () => sequence(utc(from), to));
    // The issuing CA ends in 2036.
    expect(brokenBy(draft)).toEqual(['within-issuer']);
    const read = execFileSync('openssl', ['asn1parse', '-inform', 'DER'], { input: draft.tbsDer });
    expect(read.toString()).toContain(printed);
  });

  it('5,000 mutated drafts: none throws, and none passes but for what is free to choose', () => {
    const edit = fc.record({
      at: fc.nat(good.tbsDer.length - 1),
      octet: fc.nat(255),
      cut: fc.nat(9),
    });
    fc.assert(
      fc.property(edit, ({ at, octet, cut }) => {
        const tail = good.tbsDer.subarray(at + (cut === 0 ? 2 : 1));
        const tbsDer = concat([good.tbsDer.subarray(0, at), Uint8Array.of(octet), tail]);
        const passed = 'linted' in lint({ ...good, tbsDer });
        if (passed) expect(differsInFreeParts(tbsDer)).toBe(true);
      }),
      { numRuns: 5_000, seed: 20_261_121 },
    );
  });
});

function subjectOf({ certificateDer }: { certificateDer: Uint8Array }): Uint8Array {
  return readDer(certificateDer).children[0]?.children[5]?.der ?? new Uint8Array();
}

function printable({ der }: DerNode): Uint8Array {
  return rewritten(der, ({ tag, content }) =>
    tag === TAG.utf8String ? tlv(TAG.printableString, content) : null,
  );
}

function generalized(from: string): Uint8Array {
  return sequence(text(TAG.generalizedTime, from), utc(TO));
}

function setOf2(name: DerNode): Uint8Array {
  return sequence(setOf(...name.children.flatMap(whole)));
}

function noUtf8(name: DerNode): Uint8Array {
  return rewritten(name.der, ({ tag }) =>
    tag === TAG.utf8String ? tlv(TAG.utf8String, Uint8Array.of(0xff)) : null,
  );
}

/** Serial, times, subject and account: lint cannot know which ones were meant, the intent does. */
function differsInFreeParts(tbsDer: Uint8Array): boolean {
  const after = readDer(tbsDer).children;
  return readDer(good.tbsDer).children.every((node, index) => {
    const isFree = [SERIAL, VALIDITY, SUBJECT, EXTENSIONS].some((free) => free === index);
    return isFree || equalBytes(node.der, after[index]?.der ?? new Uint8Array());
  });
}
