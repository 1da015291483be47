import { X509Certificate } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '@/lib/kernel/time';
import { TAG } from './der';
import { timeDer } from './der-time';
import { octetString, oid, sequence, text, tlv, wholeNumber } from './der-write';
import {
  draftOcspResponder,
  lintResponder,
  RESPONDER_RULES,
  type ResponderDraft,
} from './ocsp-responder';
import { OID } from './oids';
import { EC_KEY, inFolder } from './testing';
import { type TestCa, testCa } from './testing/ca';
import { critical, plain, withExtension, withPart } from './testing/drafts';
import { testResponder } from './testing/ocsp';

const NOW = new Date('2026-11-21T10:23:45.678Z');
const SPKI = new Uint8Array(EC_KEY.publicKey.export({ format: 'der', type: 'spki' }));

let ca: TestCa;
let good: ResponderDraft;
beforeAll(async () => {
  ca = await testCa();
  const serial = new Uint8Array(16).fill(0x5a);
  good = draftOcspResponder({ issuerDer: ca.certificateDer, spkiDer: SPKI, serial, now: NOW });
});

function broken(draft: { tbsDer: Uint8Array; issuerDer: Uint8Array }): string[] {
  const result = lintResponder(draft);
  return 'findings' in result ? result.findings.map(({ rule }) => rule) : [];
}

const part = (index: number, der: Uint8Array) => withPart(good, index, () => der);
const at = (days: number) => new Date(Math.floor(NOW.getTime() / 1000) * 1000 + days * DAY_MS);

describe('the certificate of a responder', () => {
  it('is what openssl takes for one, under the CA it answers for, for three days', () => {
    const der = testResponder(ca, NOW).certificateDer;
    const parsed = new X509Certificate(der);
    expect(parsed.subject).toBe('O=Harbor Bank\nCN=Harbor Bank Production Client CA 1 OCSP');
    expect(parsed.validFrom).toBe('Nov 21 10:18:45 2026 GMT');
    expect(parsed.validTo).toBe('Nov 24 10:23:45 2026 GMT');
    inFolder((folder, openssl) => {
      writeFileSync(join(folder, 'ca.crt'), ca.certificateDer);
      writeFileSync(join(folder, 'responder.crt'), der);
      for (const name of ['ca', 'responder']) {
        openssl('x509', '-inform', 'DER', '-in', `${name}.crt`, '-out', `${name}.pem`);
      }
      const moment = ['-attime', String(Math.floor(NOW.getTime() / 1000))];
      const how = ['-purpose', 'ocsphelper', '-x509_strict', '-CAfile', 'ca.pem', ...moment];
      expect(openssl('verify', ...how, 'responder.pem')).toContain('OK');
      const words = openssl('x509', '-in', 'responder.pem', '-noout', '-text');
      expect(words).toContain('OCSP No Check');
      expect(words).toMatch(/Extended Key Usage:\s+OCSP Signing\n/);
    });
  });

  it('ends with its issuer, and has a name that fits however long the name of the issuer', async () => {
    const name = 'A'.repeat(64);
    const named = await testCa({ name });
    const now = new Date('2045-12-31T00:00:00Z');
    const serial = new Uint8Array(16).fill(0x5a);
    const draft = draftOcspResponder({
      issuerDer: named.certificateDer,
      spkiDer: SPKI,
      serial,
      now,
    });
    expect(draft.notAfter).toEqual(new Date('2046-01-01T00:00:00Z'));
    expect(broken(draft)).toEqual([]);
    const { subject } = new X509Certificate(named.signed(draft.tbsDer));
    expect(subject).toBe(`O=Harbor Bank\nCN=${'A'.repeat(59)} OCSP`);
  });
});

const CASES: [string, () => { tbsDer: Uint8Array; issuerDer: Uint8Array }][] = [
  ['responder-readable', () => ({ ...good, tbsDer: good.tbsDer.subarray(1) })],
  ['responder-serial', () => part(1, wholeNumber(5))],
  ['responder-signature-algorithm', () => part(2, sequence(oid(OID.ecdsaSha384)))],
  ['responder-issuer', () => part(3, sequence())],
  ['responder-validity', () => part(4, sequence(timeDer(at(0)), timeDer(at(3.1))))],
  ['responder-validity', () => part(4, sequence(timeDer(at(1)), timeDer(at(0))))],
  ['responder-validity', () => part(4, sequence(timeDer(at(7500)), timeDer(at(7501))))],
  [
    'responder-validity',
    () => part(4, sequence(timeDer(at(0)), text(TAG.generalizedTime, '20261123102345Z'))),
  ],
  ['responder-subject', () => part(5, sequence())],
  ['responder-extensions', () => withExtension(good, OID.ocspNoCheck, () => [])],
  [
    'responder-extensions',
    () => withExtension(good, OID.keyUsage, (value) => [plain(OID.keyUsage, value)]),
  ],
  [
    'responder-not-a-ca',
    () =>
      withExtension(good, OID.basicConstraints, () => [
        critical(OID.basicConstraints, sequence(tlv(TAG.boolean, Uint8Array.of(0xff)))),
      ]),
  ],
  [
    'responder-ocsp-only',
    () =>
      withExtension(good, OID.extendedKeyUsage, () => [
        plain(OID.extendedKeyUsage, sequence(oid(OID.ocspSigning), oid(OID.clientAuth))),
      ]),
  ],
  [
    'responder-no-check',
    () => withExtension(good, OID.ocspNoCheck, () => [plain(OID.ocspNoCheck, octetString(SPKI))]),
  ],
  [
    'responder-key-identifiers',
    () =>
      withExtension(good, OID.subjectKeyIdentifier, () => [
        plain(OID.subjectKeyIdentifier, octetString(new Uint8Array(20))),
      ]),
  ],
];

describe('lintResponder', () => {
  it('passes what draftOcspResponder writes', () => {
    expect(broken(good)).toEqual([]);
  });

  it.each(CASES)('finds %s broken', (rule, make) => {
    const found = broken(make());
    expect(found).toContain(rule);
  });

  it('takes no key but P-256', async () => {
    const other = await testCa({ kind: 'EC P-384' });
    const exported = await globalThis.crypto.subtle.exportKey('spki', other.keys.publicKey);
    const serial = new Uint8Array(16).fill(0x5a);
    const spkiDer = new Uint8Array(exported);
    const draft = draftOcspResponder({ issuerDer: ca.certificateDer, spkiDer, serial, now: NOW });
    expect(broken(draft)).toEqual(['responder-key']);
  });

  it('breaks every rule of its table somewhere above', () => {
    const shown = new Set([...CASES.map(([rule]) => rule), 'responder-key']);
    expect(RESPONDER_RULES.map(({ id }) => id).filter((id) => !shown.has(id))).toEqual([]);
  });

  it('a certificate for a client is none for a responder, nor the other way round', () => {
    const clientAuth = withExtension(good, OID.extendedKeyUsage, () => [
      plain(OID.extendedKeyUsage, sequence(oid(OID.clientAuth))),
    ]);
    expect(broken(clientAuth)).toEqual(['responder-ocsp-only']);
  });
});
