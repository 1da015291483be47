import { beforeAll, describe, expect, it } from 'vitest';
import { testAuthority, testDraft, verifiedCsr } from '@/lib/signer/testing';
import {
  crlDistributionPoints as crlPoints,
  authorityInfoAccess as infoAccess,
  pkiAddresses,
} from './addresses';
import { readDer, TAG } from './der';
import { octetString, oid, sequence, tlv, unsigned } from './der-write';
import { OID } from './oids';
import { composed } from './testing';
import {
  brokenBy,
  critical,
  type DraftBytes,
  namesDer,
  plain,
  withExtension,
} from './testing/drafts';

let good: DraftBytes;

beforeAll(async () => {
  const authority = await testAuthority();
  good = await testDraft(await verifiedCsr(composed()), authority);
});

const boolean = (octet: number) => tlv(TAG.boolean, Uint8Array.of(octet));
const bits = (...octets: number[]) => tlv(TAG.bitString, Uint8Array.from(octets));
const SERVER_AUTH = oid('1.3.6.1.5.5.7.3.1');
const CN = [0x82, 'erp.meridian.example'] as const;
const URI = [0x86, 'urn:countersign:account:acct_01jd3b8v9q:production'] as const;
const { basicConstraints, keyUsage, extendedKeyUsage, subjectAltName } = OID;
const { subjectKeyIdentifier, authorityKeyIdentifier } = OID;
const { crlDistributionPoints, authorityInfoAccess } = OID;
const ELSEWHERE = pkiAddresses('https://elsewhere.example', 'iss_1');

describe('lint of one value of an extension', () => {
  it.each<[string, string, string, (value: Uint8Array) => Uint8Array]>([
    ['not-a-ca', 'CA:TRUE', basicConstraints, () => sequence(boolean(0xff))],
    ['not-a-ca', 'CA:FALSE spelled out', basicConstraints, () => sequence(boolean(0))],
    ['not-a-ca', 'a path length', basicConstraints, () => sequence(unsigned(Uint8Array.of(0)))],
    ['key-usage', 'keyCertSign', keyUsage, () => bits(2, 0x04)],
    ['key-usage', 'keyEncipherment as well', keyUsage, () => bits(5, 0xa0)],
    ['key-usage', 'no usage', keyUsage, () => bits(0)],
    ['client-auth-only', 'serverAuth', extendedKeyUsage, () => sequence(SERVER_AUTH)],
    [
      'client-auth-only',
      'both',
      extendedKeyUsage,
      () => sequence(oid(OID.clientAuth), SERVER_AUTH),
    ],
    ['client-auth-only', 'any', extendedKeyUsage, () => sequence(oid('2.5.29.37.0'))],
    ['names', 'a wildcard', subjectAltName, () => namesDer(CN, [0x82, '*.example.com'], URI)],
    ['names', 'a bare label', subjectAltName, () => namesDer(CN, [0x82, 'localhost'], URI)],
    ['names', 'a NUL', subjectAltName, () => namesDer(CN, [0x82, 'a.example\u0000.com'], URI)],
    ['names', 'no URI', subjectAltName, () => namesDer(CN, [0x82, 'a.example.com'])],
    ['names', 'another URI', subjectAltName, () => namesDer(CN, [0x86, 'https://a.example'])],
    ['names', 'two URIs', subjectAltName, () => namesDer(CN, URI, URI)],
    ['names', 'the URI first', subjectAltName, () => namesDer(URI, CN)],
    ['names', 'no DNS name', subjectAltName, () => namesDer(URI)],
    ['names', 'nothing', subjectAltName, () => sequence()],
    ['names', 'an e-mail address', subjectAltName, () => namesDer(CN, [0x81, 'a@b.example'], URI)],
    [
      'names',
      'a name twice',
      subjectAltName,
      () => namesDer(CN, [CN[0], CN[1].toUpperCase()], URI),
    ],
    ['names', 'the CN second', subjectAltName, () => namesDer([0x82, 'a.example.com'], CN, URI)],
    ['names', 'bytes that are no list', subjectAltName, () => Uint8Array.of(0x30, 5, 1)],
    [
      'subject-key-identifier',
      'zeros',
      subjectKeyIdentifier,
      () => octetString(new Uint8Array(20)),
    ],
    ['authority-key-identifier', 'zeros', authorityKeyIdentifier, () => keyId(new Uint8Array(20))],
    ['authority-key-identifier', 'an empty one', authorityKeyIdentifier, () => sequence()],
    ['authority-key-identifier', 'a serial as well', authorityKeyIdentifier, withSerial],
    ['crl-address', 'another', crlDistributionPoints, () => crlPoints(ELSEWHERE)],
    ['crl-address', 'a second point', crlDistributionPoints, twice],
    ['crl-address', 'none', crlDistributionPoints, () => sequence()],
    ['ocsp-address', 'another', authorityInfoAccess, () => infoAccess(ELSEWHERE)],
    ['ocsp-address', 'the first twice', authorityInfoAccess, twice],
  ])('%s is broken by %s, and nothing else is', (rule, _what, id, change) => {
    const draft = withExtension(good, id, (value, isCritical) => [
      (isCritical ? critical : plain)(id, change(value)),
    ]);
    expect(brokenBy(draft)).toEqual([rule]);
  });
});

describe('lint of the list of extensions', () => {
  const poison = critical('1.3.6.1.4.1.11129.2.4.3', tlv(TAG.null));

  it.each<[string, string, string, (value: Uint8Array) => Uint8Array[]]>([
    [
      'extensions-once',
      'one twice',
      keyUsage,
      (v) => [critical(keyUsage, v), critical(keyUsage, v)],
    ],
    ['extensions-exact', 'a CT poison', keyUsage, (v) => [critical(keyUsage, v), poison]],
    ['extensions-exact', 'one missing', subjectKeyIdentifier, () => []],
    ['extensions-exact', 'a weaker key usage', keyUsage, (v) => [plain(keyUsage, v)]],
    ['extensions-exact', 'critical names', subjectAltName, (v) => [critical(subjectAltName, v)]],
    ['readable', 'critical FALSE spelled out', subjectAltName, (v) => [spelledOut(v)]],
    [
      'readable',
      'an extension without value',
      subjectAltName,
      () => [sequence(oid(subjectAltName))],
    ],
  ])('%s is broken by %s', (rule, _what, id, change) => {
    expect(brokenBy(withExtension(good, id, change))).toContain(rule);
  });
});

function twice(value: Uint8Array): Uint8Array {
  const ders = readDer(value).children.map((one) => one.der);
  return sequence(...ders, ...ders.slice(0, 1));
}

function keyId(id: Uint8Array): Uint8Array {
  return sequence(tlv(0x80, id));
}

function withSerial(value: Uint8Array): Uint8Array {
  return sequence(...readDer(value).children.map((one) => one.der), tlv(0x82, Uint8Array.of(1)));
}

function spelledOut(value: Uint8Array): Uint8Array {
  return sequence(oid(subjectAltName), boolean(0), octetString(value));
}
