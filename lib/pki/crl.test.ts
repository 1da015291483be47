import 'reflect-metadata';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { REVOCATION_REASONS } from '@/lib/kernel/environments';
import { type CrlEntry, crlBuilder } from './crl';
import { REASON_CODE } from './crl-reason';
import { readDer } from './der';
import { octetString, oid, sequence, wholeNumber } from './der-write';
import { lintCrl } from './lint-crl';
import { inFolder } from './testing';
import { TEST_CA_KINDS, type TestCa, testCa } from './testing/ca';

const NOW = new Date('2026-11-21T10:23:45.678Z');
const NEXT = new Date('2026-11-28T10:23:45.678Z');

let ca: TestCa;
beforeAll(async () => {
  ca = await testCa();
});

function entry(seed: number, change: Partial<CrlEntry> = {}): CrlEntry {
  const hex = createHash('sha256').update(String(seed)).digest('hex').slice(1, 32).toUpperCase();
  const revokedAt = new Date(NOW.getTime() - seed * 61_001);
  const reason = REVOCATION_REASONS[seed % REVOCATION_REASONS.length] ?? 'unspecified';
  return { serialHex: `${4 + (seed % 4)}${hex}`, revokedAt, reason, ...change };
}

function sorted(entries: CrlEntry[]): CrlEntry[] {
  return entries.sort((a, b) => (a.serialHex < b.serialHex ? -1 : 1));
}

function list(entries: readonly CrlEntry[], from = ca, number = 7) {
  const issuerDer = from.certificateDer;
  const builder = crlBuilder({ issuerDer, number, thisUpdate: NOW, nextUpdate: NEXT });
  for (let at = 0; at < entries.length; at += 3) builder.add(entries.slice(at, at + 3));
  return builder.finish();
}

/** What the library writes of the same, without the milliseconds that it would add. */
async function libraryTbs(from: TestCa, entries: readonly CrlEntry[], number = 7) {
  const issuer = new x509.X509Certificate(new Uint8Array(from.certificateDer));
  const whole = (moment: Date) => new Date(Math.floor(moment.getTime() / 1000) * 1000);
  const made = await x509.X509CrlGenerator.create({
    issuer: issuer.subjectName,
    thisUpdate: whole(NOW),
    nextUpdate: whole(NEXT),
    signingKey: from.keys.privateKey,
    signingAlgorithm: issuer.signatureAlgorithm,
    entries: entries.map(({ serialHex, revokedAt, reason }) => ({
      serialNumber: serialHex,
      revocationDate: whole(revokedAt),
      ...(reason === 'unspecified' ? {} : { reason: REASON_CODE[reason] }),
    })),
    extensions: [
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      new x509.Extension(sequence(oid('2.5.29.20'), octetString(wholeNumber(number))).slice()),
    ],
  });
  const tbs = readDer(new Uint8Array(made.rawData)).children[0];
  return Buffer.from(tbs?.der ?? []).toString('hex');
}

describe('a list', () => {
  // The library writes an empty list of extensions where there is no reason, which RFC 5280, 5.1 does not allow.
  it.each([0, 1, 5, 40])('of %i entries has the bytes that @peculiar/x509 writes', async (size) => {
    const entries = sorted(
      Array.from({ length: size }, (_, seed) => entry(seed)).map((one) =>
        one.reason === 'unspecified' ? { ...one, reason: 'superseded' } : one,
      ),
    );
    const own = Buffer.from(list(entries).tbsDer).toString('hex');
    expect(own).toBe(await libraryTbs(ca, entries));
  });

  it('RFC 5280, 5.1.2.4: writes times from 2050 on as GeneralizedTime, as the library does', async () => {
    const entries = [entry(1, { revokedAt: new Date('2050-01-01T00:00:00Z') })];
    const own = Buffer.from(list(entries).tbsDer).toString('hex');
    expect(own).toBe(await libraryTbs(ca, entries));
  });

  it.each(TEST_CA_KINDS)('signed by %s is verified and read by openssl', async (kind) => {
    const signer = await testCa({ kind });
    const entries = sorted(REVOCATION_REASONS.map((reason, seed) => entry(seed, { reason })));
    const { tbsDer } = list(entries, signer, 4242);
    inFolder((folder, openssl) => {
      writeFileSync(join(folder, 'ca.crt'), signer.certificateDer);
      writeFileSync(join(folder, 'ca.crl'), signer.signed(tbsDer));
      openssl('x509', '-inform', 'DER', '-in', 'ca.crt', '-out', 'ca.pem');
      const args = ['-inform', 'DER', '-in', 'ca.crl', '-noout', '-text', '-CAfile', 'ca.pem'];
      const ran = spawnSync('openssl', ['crl', ...args, '-verify'], { cwd: folder });
      // It ends with 0 whatever it finds.
      expect(ran.stderr.toString()).toContain('verify OK');
      const text = ran.stdout.toString();
      expect(text).toContain('Version 2 (0x1)');
      expect(text).toMatch(/X509v3 CRL Number:\s+4242\n/);
      expect(text).toContain('Last Update: Nov 21 10:23:45 2026 GMT');
      for (const { serialHex } of entries) expect(text).toContain(`Serial Number: ${serialHex}`);
      expect(text.match(/CRL Reason Code/g)).toHaveLength(REVOCATION_REASONS.length - 1);
      for (const words of ['Key Compromise', 'Superseded', 'Privilege Withdrawn']) {
        expect(text).toContain(words);
      }
    });
  });

  it('RFC 5280, 5.3.1: an entry without a reason has no extensions at all', () => {
    const [one] = readDer(list([entry(0)]).tbsDer).children[5]?.children ?? [];
    expect(one?.children.map(({ tag }) => tag)).toEqual([0x02, 0x17]);
  });

  it('RFC 5280, 5.1.2.6: leaves the list out when nothing is revoked', () => {
    const fields = readDer(list([]).tbsDer).children;
    expect(fields.map(({ tag }) => tag)).toEqual([0x02, 0x30, 0x30, 0x17, 0x17, 0xa0]);
  });

  it('of 20,000 entries, handed over in pages, passes its lints', () => {
    const entries = sorted(Array.from({ length: 20_000 }, (_, seed) => entry(seed)));
    const draft = list(entries);
    const result = lintCrl({ ...draft, now: NOW });
    expect('linted' in result && result.linted.entries).toBe(20_000);
  });

  it('takes no serial that is not 16 octets with the top bits 01', () => {
    for (const serialHex of [
      '00',
      `8${'0'.repeat(31)}`,
      `4${'0'.repeat(30)}`,
      `4${'g'.repeat(31)}`,
    ]) {
      expect(() => list([entry(1, { serialHex })])).toThrow('16 octets');
    }
  });
});
