import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { DerError, readDer, TAG } from './der';
import { context, octetString, oid, sequence, text, tlv, wholeNumber } from './der-write';
import { issuerOf } from './lint-read';
import { parseOcspRequest } from './ocsp-request';
import { digest, keyHash } from './ocsp-response';
import { OID } from './oids';
import { inFolder } from './testing';
import { type TestCa, testCa } from './testing/ca';
import { critical, plain } from './testing/drafts';

const SERIAL = '41C0FFEE41C0FFEE41C0FFEE41C0FFEE';
const OTHER_SERIAL = '00C0FFEE';

let ca: TestCa;
beforeAll(async () => {
  ca = await testCa();
});

/** By `openssl ocsp`; `args` stand before the serials. */
function opensslRequest(args: readonly string[], serials: readonly string[] = [SERIAL]) {
  return inFolder((folder, openssl) => {
    writeFileSync(join(folder, 'ca.crt'), ca.certificateDer);
    openssl('x509', '-inform', 'DER', '-in', 'ca.crt', '-out', 'ca.pem');
    const asked = serials.flatMap((serial) => ['-serial', `0x${serial}`]);
    openssl('ocsp', '-issuer', 'ca.pem', ...args, ...asked, '-reqout', 'req.der');
    return new Uint8Array(readFileSync(join(folder, 'req.der')));
  });
}

const CERT_ID = sequence(
  sequence(oid(OID.sha256), tlv(TAG.null)),
  octetString(new Uint8Array(32)),
  octetString(new Uint8Array(32)),
  wholeNumber(5),
);
const ONE = sequence(sequence(CERT_ID));
const request = (...parts: Uint8Array[]) => sequence(sequence(...parts));
const extensions = (...list: Uint8Array[]) => context(2, sequence(...list));
const nonce = (length: number) => plain(OID.ocspNonce, octetString(new Uint8Array(length).fill(7)));

describe('parseOcspRequest', () => {
  it.each(['sha1', 'sha256'] as const)(
    'RFC 6960, 4.1.1: reads what openssl asks by %s, with its nonce',
    (hash) => {
      const asked = parseOcspRequest(opensslRequest([`-${hash}`]));
      const [id, ...others] = asked.certIds;
      expect(others).toEqual([]);
      expect([id?.hash, id?.serialHex]).toEqual([hash, SERIAL]);
      const spki = readDer(ca.certificateDer).children[0]?.children[6]?.der ?? new Uint8Array();
      expect(id?.issuerNameHash).toEqual(digest(hash, issuerOf(ca.certificateDer).subjectDer));
      expect(id?.issuerKeyHash).toEqual(keyHash(spki, hash));
      expect(asked.nonce).toHaveLength(16);
    },
  );

  it('reads several certificates in one request, and none of their leading zeros', () => {
    const asked = parseOcspRequest(opensslRequest(['-no_nonce'], [SERIAL, OTHER_SERIAL]));
    expect(asked.certIds.map(({ serialHex }) => serialHex)).toEqual([SERIAL, 'C0FFEE']);
    expect(asked.nonce).toBeNull();
  });

  it('tells a hash that it does not know from those that it does', () => {
    expect(parseOcspRequest(opensslRequest(['-sha512'])).certIds[0]?.hash).toBe('other');
  });

  it.each([1, 16, 32])('RFC 8954, 2.1: takes a nonce of %i octets', (length) => {
    const asked = parseOcspRequest(request(ONE, extensions(nonce(length))));
    expect(asked.nonce).toEqual(new Uint8Array(length).fill(7));
  });

  it.each([0, 33, 200])('RFC 8954, 2.1: refuses a nonce of %i octets', (length) => {
    expect(() => parseOcspRequest(request(ONE, extensions(nonce(length))))).toThrow(DerError);
  });

  it('RFC 6960, 4.1.1: takes a version 1 that is spelled out, the name of who asks, and a signature', () => {
    const name = context(1, text(0x82, 'client.example'));
    const signed = sequence(
      sequence(context(0, wholeNumber(0)), name, ONE),
      context(0, sequence(sequence(oid(OID.ecdsaSha256)), tlv(TAG.bitString, Uint8Array.of(0, 1)))),
    );
    expect(parseOcspRequest(signed).certIds).toHaveLength(1);
  });

  it('RFC 6960, 4.4: leaves out extensions that it does not know, unless they are critical', () => {
    const unknown = oid('1.3.6.1.5.5.7.48.1.9');
    const asked = parseOcspRequest(request(ONE, extensions(plain('1.2.3.4', unknown))));
    expect(asked.certIds).toHaveLength(1);
    const insisting = critical('1.2.3.4', unknown);
    const inOne = sequence(sequence(CERT_ID, context(0, sequence(insisting))));
    expect(() => parseOcspRequest(request(ONE, extensions(insisting)))).toThrow('critical');
    expect(() => parseOcspRequest(request(inOne))).toThrow('critical');
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['no certificate', request(sequence())],
    [
      '101 certificates',
      request(sequence(...Array.from({ length: 101 }, () => sequence(CERT_ID)))),
    ],
    ['another version', request(context(0, wholeNumber(1)), ONE)],
    ['two nonces', request(ONE, extensions(nonce(16), nonce(16)))],
    [
      'a nonce that is no OCTET STRING',
      request(ONE, extensions(plain(OID.ocspNonce, wholeNumber(5)))),
    ],
    ['more parts', request(ONE, extensions(), ONE)],
    ['trailing bytes', Uint8Array.of(...request(ONE), 0)],
    ['a negative serial', request(sequence(sequence(negative())))],
  ])('refuses %s', (_what, der) => {
    expect(() => parseOcspRequest(der)).toThrow(DerError);
  });

  it('throws DerError and nothing else, whatever the bytes', () => {
    const good = opensslRequest(['-sha256']);
    for (let at = 0; at < good.length; at += 1) {
      for (const octet of [0x00, 0x30, 0x7f, 0x80, 0xff]) {
        const changed = Uint8Array.from(good);
        changed[at] = octet;
        for (const bytes of [changed, good.subarray(0, at)]) {
          try {
            parseOcspRequest(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(DerError);
          }
        }
      }
    }
  });
});

function negative(): Uint8Array {
  const hash = octetString(new Uint8Array(20));
  return sequence(sequence(oid(OID.sha1)), hash, hash, tlv(TAG.integer, Uint8Array.of(0x80)));
}
