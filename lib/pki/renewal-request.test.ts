import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { pkiAddresses } from './addresses';
import { checkCsr, checkRenewal } from './csr-check';
import { DerError } from './der';
import { type Draft, draftClientCertificate } from './draft';
import { OID } from './oids';
import { serialFrom } from './serial';
import { EC_P256, LEGAL_NAME, opensslRequest } from './testing';
import { type TestCa, testCa } from './testing/ca';
import { namesDer, plain, withExtension, withPart } from './testing/drafts';

const DNS = 0x82;
const URI = 0x86;
let ca: TestCa;
beforeAll(async () => {
  ca = await testCa();
});

async function draftOf(request: string, legalName = LEGAL_NAME) {
  const { csr } = await checkCsr(request, { legalName });
  if (!csr) throw new Error('a good request was expected');
  const draft = await draftClientCertificate({
    csr,
    legalName,
    accountId: 'acc_0123456789abcdefghjkmnpqrs',
    environment: 'production',
    issuerDer: ca.certificateDer,
    addresses: pkiAddresses('http://localhost:3000', 'iss_0123456789abcdefghjkmnpqrs'),
    serial: serialFrom(randomBytes(16)),
    now: new Date('2026-11-21T12:00:00Z'),
  });
  return { csr, draft };
}

const rulesOf = async (draft: Draft, isKnownWeak?: () => Promise<boolean>) => {
  const context = { legalName: LEGAL_NAME, ...(isKnownWeak ? { isKnownWeak } : {}) };
  const { csr, findings } = await checkRenewal(ca.signed(draft.tbsDer), context);
  return {
    accepted: csr !== null,
    rules: findings.filter((one) => one.severity === 'error').map((one) => one.rule),
  };
};

describe('what a renewal with the same key carries', () => {
  it.each([
    ['EC P-256', EC_P256, '/C=US/ST=California/L=Oakland/CN=erp.meridian.example', []],
    ['RSA 2048', ['rsa:2048'], '/CN=erp.meridian.example', []],
    ['Ed25519', ['ed25519'], '/ST=Zürich/L=Genève/CN=a.example', ['DNS:a.example,DNS:b.example']],
  ])(
    'RFC 2986, 4: is what the request carried, for %s',
    async (_kind, key, subject, names: string[]) => {
      const args = names.flatMap((one) => ['-addext', `subjectAltName=${one}`]);
      const { csr, draft } = await draftOf(
        opensslRequest({ key, subject, args: ['-utf8', ...args] }),
      );
      const again = await checkRenewal(ca.signed(draft.tbsDer), { legalName: LEGAL_NAME });
      const dnsNames = [...new Set([csr.commonName, ...csr.dnsNames])];
      expect(again.csr).toEqual({ ...csr, dnsNames });
      expect(again.facts).toMatchObject({ signatureVerifies: true, commonName: csr.commonName });
    },
  );

  it('says that the organization will be the one of today', async () => {
    const { draft } = await draftOf(opensslRequest({}), 'Meridian Freight Lines');
    const { findings } = await checkRenewal(ca.signed(draft.tbsDer), { legalName: LEGAL_NAME });
    expect(findings).toMatchObject([{ rule: 'organization', severity: 'notice' }]);
  });
});

describe('what was taken once is judged by the rules of today', () => {
  it('T9: a key that is known to others', async () => {
    const { draft } = await draftOf(opensslRequest({}));
    expect(await rulesOf(draft, async () => true)).toEqual({
      accepted: false,
      rules: ['key-known-weak'],
    });
  });

  it('T9: a key of a size that is not taken any more', async () => {
    const { draft } = await draftOf(opensslRequest({}));
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const spki = publicKey.export({ format: 'der', type: 'spki' });
    expect(await rulesOf(withPart(draft, 6, () => spki))).toEqual({
      accepted: false,
      rules: ['rsa-size'],
    });
  });

  it('a name that is not taken any more; the name of the account is no name of a request', async () => {
    const { draft } = await draftOf(opensslRequest({}));
    const names = namesDer([DNS, '*.meridian.example'], [URI, 'urn:countersign:account:x']);
    const old = withExtension(draft, OID.subjectAltName, () => [plain(OID.subjectAltName, names)]);
    expect(await rulesOf(old)).toEqual({ accepted: false, rules: ['wildcard-name'] });
  });

  it('what is no certificate is a fault of ours', () => {
    expect(() => checkRenewal(Uint8Array.of(0x30, 0x00), { legalName: LEGAL_NAME })).toThrow(
      DerError,
    );
  });
});
