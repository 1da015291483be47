import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { VerifiedCsr } from '@/lib/pki/csr-check';
import { equalBytes, readDer, TAG } from '@/lib/pki/der';
import { octetString, sequence, tlv } from '@/lib/pki/der-write';
import type { LintedDraft } from '@/lib/pki/lint';
import { composed } from '@/lib/pki/testing';
import { inProcessSigner } from './in-process';
import { SignerRefusal } from './port';
import { sealingKeyFrom, sealSecret } from './sealed-key';
import {
  linted,
  rewritten,
  type TestAuthority,
  testAuthority,
  testDraft,
  verifiedCsr,
} from './testing';

let authority: TestAuthority;
let csr: VerifiedCsr;

beforeAll(async () => {
  authority = await testAuthority();
  csr = await verifiedCsr(composed());
});

const draftOf = async (seed = 'serial') =>
  linted(await testDraft(csr, authority.productionDer, { seed }));
const inProduction = (intentId: string, tbs: LintedDraft) =>
  authority.signer.sign({ intentId, issuerId: 'production', tbs });

/** What a web tier that was taken over could hand over: bytes of its choice, dressed as a linted draft. */
function forged(tbs: LintedDraft, change: (tbsDer: Buffer) => void): LintedDraft {
  const tbsDer = Buffer.from(tbs.tbsDer);
  change(tbsDer);
  return { ...tbs, tbsDer };
}

function replaced(tbs: LintedDraft, from: string, to: string): LintedDraft {
  return forged(tbs, (tbsDer) => {
    const at = tbsDer.indexOf(Buffer.from(from, 'hex'));
    if (at < 0) throw new Error(`${from} is not in the draft`);
    Buffer.from(to, 'hex').copy(tbsDer, at);
  });
}

describe('the signer in the process', () => {
  it('signs exactly the bytes given, with the key of the issuer named', async () => {
    const tbs = await draftOf();
    const der = await inProduction('intent 1', tbs);
    const certificate = new X509Certificate(der);
    const [production, sandbox] = authority.issuing.map((one) => one.certificateDer);
    expect(certificate.verify(new X509Certificate(production ?? '').publicKey)).toBe(true);
    expect(certificate.verify(new X509Certificate(sandbox ?? '').publicKey)).toBe(false);
    expect(Buffer.from(readDer(der).children[0]?.der ?? [])).toEqual(Buffer.from(tbs.tbsDer));
  });

  it('says which issuers it holds, and nothing else', async () => {
    expect(await authority.signer.status()).toEqual({ issuers: ['production', 'sandbox'] });
    expect(Object.keys(authority.signer)).toEqual(['sign', 'status']);
  });

  it.each([
    ['serverAuth', '300a06082b06010505070302', '300a06082b06010505070301'],
    ['keyCertSign', '03020780', '03020204'],
    [
      'a wildcard',
      Buffer.from('erp.meridian').toString('hex'),
      Buffer.from('*rp.meridian').toString('hex'),
    ],
    ['a negative serial', '0210', '0210ff'],
    [
      'another issuer',
      Buffer.from('Production').toString('hex'),
      Buffer.from('Prodaction').toString('hex'),
    ],
  ])('T2: a forged draft with %s is refused', async (_what, from, to) => {
    const tbs = replaced(await draftOf(), from, to);
    await expect(inProduction(`forged ${from}`, tbs)).rejects.toThrow(SignerRefusal);
  });

  it('T2: a draft that asks for CA:TRUE is refused, and the refusal names the rule', async () => {
    const draft = await draftOf();
    const empty = octetString(sequence());
    const isCa = octetString(sequence(tlv(TAG.boolean, Uint8Array.of(0xff))));
    const tbsDer = rewritten(draft.tbsDer, ({ der }) => (equalBytes(der, empty) ? isCa : null));
    expect(tbsDer).toHaveLength(draft.tbsDer.length + 3);
    const tbs = { ...draft, tbsDer };
    await expect(inProduction('ca', tbs)).rejects.toThrow(/^the draft breaks not-a-ca$/);
  });

  it('a draft for one issuer is not signed by another, nor by an unknown one', async () => {
    const tbs = await draftOf();
    const at = (issuerId: string) =>
      authority.signer.sign({ intentId: 'elsewhere', issuerId, tbs });
    await expect(at('sandbox')).rejects.toThrow(/issuer-name.*authority-key-identifier/);
    await expect(at('root')).rejects.toThrow('no key of issuer root');
    await expect(at('root')).rejects.toThrow(SignerRefusal);
  });

  it('one intent, one certificate: the same bytes again are signed, other bytes never', async () => {
    const [one, other] = [await draftOf('one'), await draftOf('other')];
    const first = await inProduction('same', one);
    const again = await inProduction('same', one);
    const tbsOf = (der: Uint8Array) => readDer(der).children[0]?.der ?? new Uint8Array();
    expect(equalBytes(tbsOf(first), tbsOf(again))).toBe(true);
    await expect(inProduction('same', other)).rejects.toThrow('was signed with other bytes');
    await expect(inProduction('another', other)).resolves.toBeInstanceOf(Uint8Array);
  });

  it('one intent, one certificate, also when both ask at the same moment', async () => {
    const drafts = await Promise.all(['a', 'b', 'c', 'd'].map(draftOf));
    const answers = await Promise.allSettled(drafts.map((tbs) => inProduction('race', tbs)));
    expect(answers.map((one) => one.status).sort()).toEqual(['fulfilled', ...times(3, 'rejected')]);
  });

  it('bytes changed while the signer works do not reach the signature', async () => {
    const tbs = await draftOf('changed');
    const before = Buffer.from(tbs.tbsDer);
    const signing = inProduction('changed', tbs);
    tbs.tbsDer.fill(0);
    expect(Buffer.from(readDer(await signing).children[0]?.der ?? [])).toEqual(before);
  });

  it('signatures are DER whatever r and s are: openssl reads 300 of them', async () => {
    const tbs = await draftOf('many');
    const { publicKey } = new X509Certificate(authority.productionDer);
    for (let count = 0; count < 300; count += 1) {
      const certificate = new X509Certificate(await inProduction('many', tbs));
      expect(certificate.verify(publicKey)).toBe(true);
    }
  });
});

describe('opening the signer', () => {
  const opened = (change: { certificateDer?: Uint8Array; sealedKey?: string }) => {
    const [production] = authority.issuing;
    if (!production) throw new Error('no issuing CA');
    const issuer = { ...production, issuerId: 'production', ...change };
    return inProcessSigner({ issuers: [issuer], sealingKey: authority.sealingKey });
  };

  it('a key that does not belong to its certificate is noticed', async () => {
    const [, sandbox] = authority.issuing;
    const sealedKey = sandbox?.sealedKey ?? '';
    await expect(opened({ sealedKey })).rejects.toThrow('does not belong to its certificate');
  });

  it.each([
    ['of the root', () => authority.root],
    ['of another curve', () => ({ ...authority.root, certificateDer: authority.productionDer })],
  ])('a key %s is not taken for an issuing key', async (_what, given) => {
    await expect(opened(given())).rejects.toThrow();
  });

  it('an RSA key, or no key at all, is not taken', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    for (const plain of [rsa.export({ format: 'der', type: 'pkcs8' }), Buffer.from('no key')]) {
      const sealedKey = sealSecret(plain, authority.sealingKey);
      await expect(opened({ sealedKey })).rejects.toThrow();
    }
  });

  it('another passphrase is named as the reason', async () => {
    const sealingKey = await sealingKeyFrom('another', new Uint8Array(16));
    const issuers = authority.issuing.map((one) => ({ ...one, issuerId: one.environment }));
    await expect(inProcessSigner({ issuers, sealingKey })).rejects.toThrow('another passphrase');
  });
});

function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}
