import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { VerifiedCsr } from '@/lib/pki/csr-check';
import { equalBytes, readDer, TAG } from '@/lib/pki/der';
import { octetString, sequence, tlv } from '@/lib/pki/der-write';
import type { LintedDraft } from '@/lib/pki/lint';
import { composed } from '@/lib/pki/testing';
import { folderSealingKey, type StoredIssuer, storeIssuer } from './key-folder';
import { SignerRefusal } from './port';
import { sealSecret } from './sealed-key';
import {
  linted,
  NOW,
  openTestSigner,
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

const draftOf = async (seed = 'serial') => linted(await testDraft(csr, authority, { seed }));
const inProduction = (intentId: string, tbs: LintedDraft) =>
  authority.signer.sign({ intentId, issuerId: authority.production.issuerId, tbs });

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

describe('what a signer signs', () => {
  it('signs exactly the bytes given, with the key of the issuer named', async () => {
    const tbs = await draftOf();
    const der = await inProduction('intent 1', tbs);
    const certificate = new X509Certificate(der);
    const [production, sandbox] = authority.issuing.map((one) => one.certificateDer);
    expect(certificate.verify(new X509Certificate(production ?? '').publicKey)).toBe(true);
    expect(certificate.verify(new X509Certificate(sandbox ?? '').publicKey)).toBe(false);
    expect(Buffer.from(readDer(der).children[0]?.der ?? [])).toEqual(Buffer.from(tbs.tbsDer));
  });

  it('says which CAs it holds by their certificates, and nothing else', async () => {
    const { issuers } = await authority.signer.status();
    expect(issuers.map(({ issuerId }) => issuerId).sort()).toEqual(
      [authority.root, ...authority.issuing].map(({ issuerId }) => issuerId).sort(),
    );
    expect(JSON.stringify(issuers)).not.toContain('sealed');
    expect(Object.keys(issuers[0] ?? {}).sort()).toEqual([
      'canSign',
      'certificateDer',
      'crossCertificateDer',
      'environment',
      'issuerId',
      'kind',
      'name',
    ]);
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
    const { sandbox, root } = authority;
    await expect(at(sandbox.issuerId)).rejects.toThrow(/issuer-name.*authority-key-identifier/);
    await expect(at(root.issuerId)).rejects.toThrow('is no issuing CA');
    await expect(at('iss_unknown')).rejects.toThrow('no key of issuer iss_unknown');
    await expect(at('iss_unknown')).rejects.toThrow(SignerRefusal);
  });

  it('one intent, one certificate: the same bytes again get the same one, other bytes none', async () => {
    const [one, other] = [await draftOf('one'), await draftOf('other')];
    const first = await inProduction('same', one);
    expect(equalBytes(first, await inProduction('same', one))).toBe(true);
    await expect(inProduction('same', other)).rejects.toThrow('was signed with other bytes');
    await expect(inProduction('another', other)).resolves.toBeInstanceOf(Uint8Array);
    await expect(inProduction('a third', other)).rejects.toThrow('for another intent');
  });

  it('one intent, one certificate, also after the signer was started again', async () => {
    const tbs = await draftOf('before the restart');
    const first = await inProduction('restart', tbs);
    const again = await openTestSigner(authority);
    const input = { intentId: 'restart', issuerId: authority.production.issuerId };
    expect(equalBytes(first, await again.signer.sign({ ...input, tbs }))).toBe(true);
    const other = await draftOf('after the restart');
    const answer = again.signer.sign({ ...input, tbs: other });
    await expect(answer).rejects.toThrow('was signed with other bytes');
    await again.close();
  });

  it.each([
    ['back', 30],
    ['ahead', -5],
  ])('T2: a draft dated %s is refused, whatever else is right with it', async (_way, minutes) => {
    const tbs = await draftOf(`dated ${minutes}`);
    authority.clock.now = new Date(NOW.getTime() + minutes * 60_000);
    const answer = inProduction(`dated ${minutes}`, tbs);
    await expect(answer).rejects.toThrow('not of now');
    authority.clock.now = NOW;
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
    const { publicKey } = new X509Certificate(authority.productionDer);
    for (let count = 0; count < 300; count += 1) {
      const tbs = await draftOf(`many ${count}`);
      const certificate = new X509Certificate(await inProduction(`many ${count}`, tbs));
      expect(certificate.verify(publicKey)).toBe(true);
    }
  });
});

describe('opening the signer', () => {
  const opened = async (change: Partial<StoredIssuer>) => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-signer-'));
    storeIssuer(folder, { ...authority.production, ...change });
    return openTestSigner({ folder, sealingKey: authority.sealingKey });
  };
  const sealed = (plain: Uint8Array) => ({
    custody: { kind: 'sealed' as const, sealedKey: sealSecret(plain, authority.sealingKey) },
  });

  it('a key that does not belong to its certificate is noticed', async () => {
    const { custody } = authority.sandbox;
    await expect(opened({ custody })).rejects.toThrow('does not belong to its certificate');
  });

  it('a key of another curve, an RSA key, or no key at all, is not taken', async () => {
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const pkcs8 = rsa.export({ format: 'der', type: 'pkcs8' });
    const wrong = [
      { custody: authority.root.custody },
      sealed(pkcs8),
      sealed(Buffer.from('no key')),
    ];
    for (const change of wrong) await expect(opened(change)).rejects.toThrow();
  });

  it('another passphrase is named as the reason', async () => {
    const { folder } = authority;
    await expect(folderSealingKey(folder, 'another')).rejects.toThrow(
      /^CA_PASSPHRASE is not the passphrase/,
    );
  });

  it('a CA whose key is on another machine is known, and signs nothing', async () => {
    const { signer } = await opened({ custody: { kind: 'elsewhere' } });
    expect((await signer.status()).issuers).toMatchObject([{ canSign: false }]);
    const { issuerId } = authority.production;
    const answer = signer.sign({ intentId: 'offline', issuerId, tbs: await draftOf() });
    await expect(answer).rejects.toThrow('no key of issuer');
  });

  it('a key in a token needs its module, and says so', async () => {
    const custody = { kind: 'pkcs11' as const, token: 'bank', keyId: '01' };
    await expect(opened({ custody })).rejects.toThrow('PKCS11_MODULE is not set');
  });

  it('nothing in the folder is ever written over', () => {
    const before = readFileSync(join(authority.folder, `${authority.production.issuerId}.json`));
    expect(() => storeIssuer(authority.folder, authority.production)).toThrow('there already');
    const after = readFileSync(join(authority.folder, `${authority.production.issuerId}.json`));
    expect(after.equals(before)).toBe(true);
    expect(readdirSync(authority.folder).filter((name) => name.endsWith('.new'))).toEqual([]);
  });
});

function times<T>(count: number, value: T): T[] {
  return Array.from({ length: count }, () => value);
}
