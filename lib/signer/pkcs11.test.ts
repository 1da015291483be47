/** Against SoftHSM2, and judged by openssl. */
import { execFileSync } from 'node:child_process';
import { createPublicKey, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Slot } from 'graphene-pk11';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pkiAddresses } from '@/lib/pki/addresses';
import { pemOf } from '@/lib/pki/pem';
import { composed } from '@/lib/pki/testing';
import { createAuthority, newIssuerId, sealedKeys } from './ceremony';
import { openFolderSigner } from './folder-signer';
import { folderSealingKey, type StoredIssuer, storedIssuers, storeIssuer } from './key-folder';
import { openToken, type Token } from './pkcs11';
import { linted, NOW, PKI_URL, testDraft, verifiedCsr } from './testing';
import { PIN, SOFT_HSM, softTokens } from './testing/soft-token';
import { tokenPackages } from './token-connection';

const tokens = softTokens();
const work = mkdtempSync(join(tmpdir(), 'countersign-pkcs11-'));
const settings = tokens.token('ca keys');
const guarded = tokens.token('another pin');
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: work, encoding: 'utf8', stdio: 'pipe' });
const AT = String(Math.floor(NOW.getTime() / 1000));
let token: Token;

beforeAll(async () => {
  token = await openToken(settings);
});
afterAll(async () => {
  await token.close();
  tokens.remove();
  rmSync(work, { recursive: true });
});

async function authorityInToken(kind: 'EC P-256' | 'EC P-384' | 'RSA 2048' | 'RSA 3072') {
  const folder = mkdtempSync(join(work, 'signer-'));
  const sealingKey = await folderSealingKey(folder, 'a passphrase for tests');
  await createAuthority({
    providerName: 'Harbor Bank',
    environments: ['production'],
    now: NOW,
    rootKeys: token.makeKey,
    issuingKeys: token.makeKey,
    issuingKind: kind,
    pkiUrl: PKI_URL,
    stored: [],
    root: null,
    store: (issuer) => storeIssuer(folder, issuer),
  });
  return { folder, sealingKey, ...bothIn(folder) };
}

function bothIn(folder: string) {
  const stored = storedIssuers(folder);
  const root = stored.find(({ kind }) => kind === 'root');
  const production = stored.find(({ kind }) => kind === 'issuing');
  if (!root || !production) throw new Error('the ceremony made too few CAs');
  return { root, production };
}

function slotOf(label: string): Slot {
  const slots = tokenPackages().Module.load(SOFT_HSM, label).getSlots(true);
  const all = Array.from({ length: slots.length }, (_, index) => slots.items(index));
  const found = all.find((one) => one.getToken().label === label);
  if (!found) throw new Error(`the token ${label} should be there`);
  return found;
}

const custodyOf = ({ custody }: StoredIssuer) => {
  if (custody.kind !== 'pkcs11') throw new Error('the key should be in the token');
  return custody;
};

describe('CA keys in a PKCS#11 token', () => {
  it.each(['EC P-256', 'EC P-384', 'RSA 2048', 'RSA 3072'] as const)(
    'an issuing CA with a key of %s in the token signs leaves that openssl verifies, strictly',
    async (kind) => {
      const authority = await authorityInToken(kind);
      const { signer, close } = await openFolderSigner({
        folder: authority.folder,
        sealingKey: authority.sealingKey,
        openTokenKey: token.openKey,
        pkiUrl: PKI_URL,
        now: () => NOW,
        maxPerMinute: 100,
      });
      const { production } = authority;
      const csr = await verifiedCsr(composed());
      const addresses = pkiAddresses(PKI_URL, production.issuerId);
      // More at once than there are sessions: none meets another in one (CKR_OPERATION_ACTIVE).
      const leaves = await Promise.all(
        Array.from({ length: 12 }, async (_, index) => {
          const draft = await testDraft(csr, { production, addresses }, { seed: `${index}` });
          const { issuerId } = production;
          return signer.sign({ intentId: `intent ${index}`, issuerId, tbs: linted(draft) });
        }),
      );
      await close();
      writeFileSync(join(work, 'root.pem'), pemOf(authority.root.certificateDer, 'CERTIFICATE'));
      writeFileSync(join(work, 'ca.pem'), pemOf(production.certificateDer, 'CERTIFICATE'));
      const chain = ['-CAfile', 'root.pem', '-untrusted', 'ca.pem'];
      for (const [index, leaf] of leaves.entries()) {
        writeFileSync(join(work, `${index}.pem`), pemOf(leaf, 'CERTIFICATE'));
      }
      const files = leaves.map((_, index) => `${index}.pem`);
      const strict = ['-x509_strict', '-attime', AT, '-purpose', 'sslclient'];
      expect(openssl('verify', ...strict, ...chain, ...files)).toBe(
        files.map((file) => `${file}: OK\n`).join(''),
      );
    },
  );

  it('a key made in the token is sensitive, never extractable and for signing alone, and its value is not told', async () => {
    const { production } = await authorityInToken('EC P-256');
    const packages = tokenPackages();
    const session = slotOf('ca keys').open();
    const id = Buffer.from(custodyOf(production).keyId, 'hex');
    const found: Record<string, unknown>[] = [];
    session.find({ class: packages.ObjectClass.PRIVATE_KEY, id }, (object) => {
      found.push({
        ...object.getAttribute({
          label: null,
          sensitive: null,
          extractable: null,
          alwaysSensitive: null,
          neverExtractable: null,
          private: null,
          sign: null,
          decrypt: null,
          unwrap: null,
          derive: null,
        }),
      });
      expect(() => object.getAttribute('value')).toThrow('CKR_ATTRIBUTE_SENSITIVE');
    });
    session.close();
    expect(found).toEqual([
      {
        label: production.issuerId,
        sensitive: true,
        extractable: false,
        alwaysSensitive: true,
        neverExtractable: true,
        private: true,
        sign: true,
        decrypt: false,
        unwrap: false,
        derive: false,
      },
    ]);
  });

  it('PKCS #11 v3.0, 5.4: two thousand signatures at once, on all threads, leave the library whole', async () => {
    const { production } = await authorityInToken('EC P-256');
    const key = await token.openKey(custodyOf(production), production.certificateDer);
    const text = Buffer.from('a text');
    const signatures = await Promise.all(Array.from({ length: 2_000 }, () => key.sign(text)));
    const { publicKey } = new X509Certificate(production.certificateDer);
    expect(signatures.every((one) => verify('sha256', text, publicKey, one))).toBe(true);
  });

  it('the public key handed out is that of the key in the token, and the token lists it under the id of its CA', async () => {
    const issuerId = newIssuerId(NOW);
    const made = await token.makeKey(issuerId, 'EC P-384');
    const spki = createPublicKey({ key: Buffer.from(made.spkiDer), format: 'der', type: 'spki' });
    expect(spki.asymmetricKeyDetails?.namedCurve).toBe('secp384r1');
    writeFileSync(join(work, 'key.pem'), spki.export({ format: 'pem', type: 'spki' }));
    writeFileSync(join(work, 'text'), 'a text');
    writeFileSync(join(work, 'signature'), await made.key.sign(Buffer.from('a text')));
    const judged = ['-verify', 'key.pem', '-signature', 'signature', 'text'];
    expect(openssl('dgst', '-sha384', ...judged)).toBe('Verified OK\n');
    const { custody } = made;
    if (custody.kind !== 'pkcs11') throw new Error('the key should be in the token');
    expect(await token.keys()).toContainEqual({ label: issuerId, keyId: custody.keyId });
  });

  it('no second key is made for a CA that has one', async () => {
    const issuerId = newIssuerId(NOW);
    await token.makeKey(issuerId, 'EC P-256');
    await expect(token.makeKey(issuerId, 'EC P-256')).rejects.toThrow('has a key for');
  });

  it('a key that is not that of the certificate is refused before it signs', async () => {
    const one = await authorityInToken('EC P-256');
    const other = await authorityInToken('EC P-256');
    await expect(
      token.openKey(custodyOf(one.production), other.production.certificateDer),
    ).rejects.toThrow('does not belong to its certificate');
    await expect(
      token.openKey(custodyOf(one.production), one.root.certificateDer),
    ).rejects.toThrow();
  });

  it('a key that is not there, and one of another token, are named', async () => {
    const { production } = await authorityInToken('EC P-256');
    const custody = custodyOf(production);
    await expect(
      token.openKey({ ...custody, keyId: '00FF' }, production.certificateDer),
    ).rejects.toThrow('The token "ca keys" has no private key 00FF.');
    await expect(
      token.openKey({ ...custody, token: 'another' }, production.certificateDer),
    ).rejects.toThrow('A CA key is in the token "another", and PKCS11_TOKEN is "ca keys".');
  });

  it('the root in the token, the issuing CA sealed: each key opens where it is kept', async () => {
    const folder = mkdtempSync(join(work, 'signer-'));
    const sealingKey = await folderSealingKey(folder, 'a passphrase for tests');
    await createAuthority({
      providerName: 'Harbor Bank',
      environments: ['production'],
      now: NOW,
      rootKeys: token.makeKey,
      issuingKeys: sealedKeys(sealingKey),
      pkiUrl: PKI_URL,
      stored: [],
      root: null,
      store: (issuer) => storeIssuer(folder, issuer),
    });
    const { root, production } = bothIn(folder);
    expect([root.custody.kind, production.custody.kind]).toEqual(['pkcs11', 'sealed']);
    const above = new X509Certificate(root.certificateDer);
    expect(new X509Certificate(production.certificateDer).verify(above.publicKey)).toBe(true);
  });
});

describe('a token that cannot be used', () => {
  it('a missing module, a file that is none, and a token that is not there are named', async () => {
    const file = join(work, 'none.so');
    await expect(openToken({ ...settings, modulePath: file })).rejects.toThrow(
      `PKCS11_MODULE: there is no file ${file}.`,
    );
    writeFileSync(file, 'no library');
    await expect(openToken({ ...settings, modulePath: file })).rejects.toThrow(
      `PKCS11_MODULE: ${file} does not open as a PKCS#11 module`,
    );
    await expect(openToken({ ...settings, tokenLabel: 'nowhere' })).rejects.toThrow(
      `PKCS11_TOKEN: ${SOFT_HSM} has no token labelled "nowhere" (it has: "`,
    );
  });

  it('a wrong PIN is said without the PIN, in the error and in its causes', async () => {
    const pin = '99990000';
    const error = await openToken({ ...guarded, pin }).catch((thrown: unknown) => thrown);
    expect(String(error)).toContain('PKCS11_PIN is not the PIN of the token "another pin"');
    for (let at = error; at instanceof Error; at = at.cause) {
      expect(`${at.stack}${JSON.stringify(at)}`).not.toContain(pin);
      expect(`${at.stack}${JSON.stringify(at)}`).not.toContain(PIN);
    }
  });

  it('a PIN that stopped being right is tried once and no more: the token would lock itself', async () => {
    const other = await openToken(guarded);
    const packages = tokenPackages();
    const slot = slotOf('another pin');
    const { SERIAL_SESSION, RW_SESSION } = packages.SessionFlag;
    const change = (from: string, to: string) => {
      const session = slot.open(SERIAL_SESSION | RW_SESSION);
      session.setPin(from, to);
      session.close();
    };
    change(PIN, '55556666');
    slot.closeAll();
    await expect(other.keys()).rejects.toThrow('It was tried once, and will not be again');
    change('55556666', PIN);
    slot.closeAll();
    await expect(other.keys()).rejects.toThrow('It was tried once, and will not be again');
    await other.close();
  });

  it('sessions that the token ended are opened again, and the signature is made', async () => {
    const { production } = await authorityInToken('EC P-256');
    const key = await token.openKey(custodyOf(production), production.certificateDer);
    slotOf('ca keys').closeAll();
    const signatures = await Promise.all(
      Array.from({ length: 20 }, () => key.sign(Buffer.from('after the loss'))),
    );
    expect(signatures).toHaveLength(20);
  });

  it('a token that went away is an error that names it, and its return is noticed by itself', async () => {
    const { production } = await authorityInToken('RSA 2048');
    const key = await token.openKey(custodyOf(production), production.certificateDer);
    const away = join(work, 'away');
    renameSync(tokens.folder, away);
    await expect(key.sign(Buffer.from('gone'))).rejects.toThrow('ca keys');
    renameSync(away, tokens.folder);
    expect(await key.sign(Buffer.from('back'))).toHaveLength(256);
    expect(readdirSync(tokens.folder).length).toBeGreaterThan(0);
  });
});
