import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pkiAddresses } from './addresses';
import { bytesOfHex } from './bytes';
import { certificateFacts } from './certificate-facts';
import { checkCsr } from './csr-check';
import { readDer, TAG } from './der';
import { bitString, oid, sequence, tlv } from './der-write';
import { type DraftInput, draftClientCertificate, leafParts, libraryTbs } from './draft';
import { leafFacts } from './leaf-facts';
import { leafTemplate } from './leaf-template';
import { OID } from './oids';
import { serialFrom } from './serial';
import { composed, dnsNames, EC_KEY, extensionRequest, type SubjectPart } from './testing';
import { TEST_CA_KINDS, type TestCa, type TestCaKind, testCa } from './testing/ca';

// LEAF_DRAFTS=10000 is the run that the template was taken into use with.
const RUNS = Number(process.env.LEAF_DRAFTS ?? 500);
const WITHIN_MS = 1_200_000;

type Kind = {
  publicKey: KeyObject;
  signatureAlgorithm: Uint8Array;
  hash: string | null;
  privateKey: KeyObject;
};
const ecdsa = sequence(oid(OID.ecdsaSha256));
const rsa = sequence(oid(OID.sha256Rsa), tlv(TAG.null));
const KEYS: readonly Kind[] = [
  { ...EC_KEY, signatureAlgorithm: ecdsa, hash: 'sha256' },
  {
    ...generateKeyPairSync('ec', { namedCurve: 'P-384' }),
    signatureAlgorithm: ecdsa,
    hash: 'sha256',
  },
  ...[2048, 3072, 4096].map((modulusLength) => ({
    ...generateKeyPairSync('rsa', { modulusLength }),
    signatureAlgorithm: rsa,
    hash: 'sha256',
  })),
  { ...generateKeyPairSync('ed25519'), signatureAlgorithm: sequence(oid(OID.ed25519)), hash: null },
];

/** Signed by the key itself: `composed` signs by ECDSA, so what it signs is signed again. */
function requestOf({
  key,
  subject,
  names,
}: {
  key: Kind;
  subject: SubjectPart[];
  names: string[];
}) {
  const attributes = names.length > 0 ? [extensionRequest(dnsNames(...names))] : [];
  const spkiDer = new Uint8Array(key.publicKey.export({ format: 'der', type: 'spki' }));
  const { signatureAlgorithm, hash, privateKey } = key;
  const [info] = readDer(composed({ subject, spkiDer, attributes })).children;
  if (!info) throw new Error('a request has its information');
  const signature = new Uint8Array(sign(hash, info.der, privateKey));
  return sequence(info.der, signatureAlgorithm, bitString(signature));
}

const label = fc.stringMatching(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,14}[a-zA-Z0-9])?$/);
const domain = fc
  .tuple(
    fc.array(label, { minLength: 1, maxLength: 2 }),
    fc.constantFrom('example', 'Test', 'com', 'co.uk'),
  )
  .map(([labels, end]) => [...labels, end].join('.'));
const words = fc
  .array(fc.constantFrom(...'abc XYZ 09 .-\'+"=;é ß 東 京 Ω 🚢 ʼn'.split('')), {
    minLength: 1,
    maxLength: 40,
  })
  .map((characters) =>
    characters
      .join('')
      .replace(/[\ud800-\udfff]/g, '')
      .trim(),
  )
  .filter((text) => text !== '');
const optional = (type: string, value: fc.Arbitrary<string>, tag?: number) =>
  fc
    .option(value, { nil: null })
    .map((text): SubjectPart[] =>
      text === null ? [] : [tag === undefined ? [type, text] : [type, text, tag]],
    );
const given = fc.record({
  key: fc.nat(KEYS.length - 1),
  country: optional('C', fc.constantFrom('US', 'DE', 'JP', 'BR'), TAG.printableString),
  state: optional('ST', words),
  locality: optional('L', words),
  commonName: domain,
  names: fc.array(domain, { maxLength: 98 }),
  legalName: words,
  accountId: fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
  environment: fc.constantFrom('production', 'sandbox'),
  serial: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  now: fc.oneof(
    fc.date({ min: new Date('2026-01-01'), max: new Date('2070-01-01'), noInvalidDate: true }),
    fc.date({ min: new Date('2048-12-25'), max: new Date('2050-01-08'), noInvalidDate: true }),
  ),
});

it(
  'gives the very bytes that the library writes, and reads of them what the library reads, for every kind of CA key, whatever names, keys and dates',
  async () => {
    const issuers = new Map<TestCaKind, TestCa>();
    for (const kind of TEST_CA_KINDS) issuers.set(kind, await testCa({ kind }));
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(given, fc.constantFrom(...TEST_CA_KINDS), async (one, kind) => {
        const key = KEYS[one.key];
        const ca = issuers.get(kind);
        if (!key || !ca) throw new Error('there is a key of every kind');
        const subject: SubjectPart[] = [
          ...one.country,
          ...one.state,
          ...one.locality,
          ['O', one.legalName],
          ['CN', one.commonName],
        ];
        const request = requestOf({ key, subject, names: one.names });
        const { csr, findings } = await checkCsr(request, { legalName: one.legalName });
        if (csr === null) throw new Error(JSON.stringify(findings));
        const input: DraftInput = {
          csr,
          legalName: one.legalName,
          accountId: one.accountId,
          environment: one.environment,
          issuerDer: ca.certificateDer,
          addresses: pkiAddresses('https://pki.harbor.example', `iss_${kind}`),
          serial: serialFrom(one.serial),
          now: one.now,
        };
        const byLibrary = Buffer.from(await libraryTbs(input)).toString('hex');
        const { tbsDer } = await draftClientCertificate(input);
        expect(Buffer.from(tbsDer).toString('hex')).toBe(byLibrary);
        const certificate = ca.signed(tbsDer);
        expect(leafFacts(certificate)).toEqual(await certificateFacts(certificate));
        compared += 1;
      }),
      { numRuns: RUNS, seed: 20_261_121 },
    );
    expect(compared).toBe(RUNS);
  },
  WITHIN_MS,
);

it('is not made from bytes that it would not give back', async () => {
  const { certificateDer } = await testCa();
  const key = KEYS[0];
  if (!key) throw new Error('there is a key');
  const subject: SubjectPart[] = [
    ['O', 'Meridian'],
    ['CN', 'a.example'],
  ];
  const { csr } = await checkCsr(requestOf({ key, subject, names: [] }), { legalName: 'Meridian' });
  if (csr === null) throw new Error('the request passes');
  const input: DraftInput = {
    csr,
    legalName: 'Meridian',
    accountId: 'acct_1',
    environment: 'production',
    issuerDer: certificateDer,
    addresses: pkiAddresses('https://pki.harbor.example', 'iss_1'),
    serial: bytesOfHex('41C0FFEE41C0FFEE41C0FFEE41C0FFEE'),
    now: new Date('2026-11-21T12:00:00Z'),
  };
  const tbsDer = await libraryTbs(input);
  const parts = leafParts(input);
  expect(leafTemplate(tbsDer, parts)(parts)).toEqual(tbsDer);
  expect(() => leafTemplate(tbsDer, { ...parts, dnsNames: ['b.example'] })).toThrow('a template');
});
