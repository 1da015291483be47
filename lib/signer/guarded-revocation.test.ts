import { generateKeyPairSync, verify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { crlBuilder } from '@/lib/pki/crl';
import { bitStringOctets, readDer } from '@/lib/pki/der';
import { oid, sequence } from '@/lib/pki/der-write';
import { type LintedCrl, lintCrl } from '@/lib/pki/lint-crl';
import { draftOcspResponder, type LintedResponder, lintResponder } from '@/lib/pki/ocsp-responder';
import { OID } from '@/lib/pki/oids';
import { CRL_PROFILE } from '@/lib/pki/profile';
import { serialFrom } from '@/lib/pki/serial';
import { composed } from '@/lib/pki/testing';
import { plain, withExtension } from '@/lib/pki/testing/drafts';
import { type Signer, SignerRefusal } from './port';
import { socketSigner } from './socket-client';
import { signerServer } from './socket-server';
import {
  linted,
  NOW,
  openTestSigner,
  type TestAuthority,
  testAuthority,
  testDraft,
  verifiedCsr,
} from './testing';

let authority: TestAuthority;
let overSocket: Signer;
let endServer: () => void;
const SECRET = 'start-up secret';

beforeAll(async () => {
  authority = await testAuthority();
  const path = join(mkdtempSync(join(tmpdir(), 'countersign-signer-')), 'signer.sock');
  const { signer } = authority;
  const onFault = () => undefined;
  const server = signerServer({ signer, secret: SECRET, readIntent: null, onFault }).listen(path);
  await once(server, 'listening');
  overSocket = socketSigner({ path, secret: SECRET, intents: 'sent' });
  endServer = () => server.close().closeAllConnections();
});
afterAll(() => endServer());

const SERIAL = '41'.repeat(16);

function list(number: number, change: { by?: Uint8Array; now?: Date; serial?: string } = {}) {
  const { by = authority.productionDer, now = NOW, serial = SERIAL } = change;
  const nextUpdate = new Date(now.getTime() + CRL_PROFILE.validityMs);
  const builder = crlBuilder({ issuerDer: by, number, thisUpdate: now, nextUpdate });
  builder.add([{ serialHex: serial, revokedAt: now, reason: 'keyCompromise' }]);
  const result = lintCrl({ ...builder.finish(), now });
  if ('linted' in result) return result.linted;
  throw new Error(JSON.stringify(result.findings));
}

const inProduction = (tbs: LintedCrl, signer = authority.signer) =>
  signer.signCrl({ issuerId: authority.production.issuerId, tbs });

function signedBy(der: Uint8Array, issuerDer: Uint8Array, hash: string): boolean {
  const [tbs, , signature] = readDer(der).children;
  const key = new X509Certificate(issuerDer).publicKey;
  return verify(hash, tbs?.der ?? der, key, bitStringOctets(signature, 'a signature'));
}

const logged = () =>
  readFileSync(join(authority.folder, 'signer.log'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('a revocation list', () => {
  it('is signed by the key of its CA, the root too, and stands in the log', async () => {
    const { root } = authority;
    expect(signedBy(await inProduction(list(1)), authority.productionDer, 'sha256')).toBe(true);
    const tbs = list(1, { by: root.certificateDer });
    const ofRoot = await authority.signer.signCrl({ issuerId: root.issuerId, tbs });
    expect(signedBy(ofRoot, root.certificateDer, 'sha384')).toBe(true);
    expect(logged().at(-1)).toMatchObject({
      op: 'crl',
      issuerId: root.issuerId,
      number: 1,
      entries: 1,
    });
  });

  it('over the socket is the same list', async () => {
    const tbs = list(2);
    const der = await inProduction(tbs, overSocket);
    expect(signedBy(der, authority.productionDer, 'sha256')).toBe(true);
    expect(Buffer.from(der)).toEqual(Buffer.from(await inProduction(tbs)));
    const { crlNumbers } = await overSocket.status();
    expect(crlNumbers[authority.production.issuerId]).toBe(2);
  });

  it('has a number above all before; the same again is answered with the same signature', async () => {
    const tenth = list(10);
    const der = await inProduction(tenth);
    expect(Buffer.from(await inProduction(tenth))).toEqual(Buffer.from(der));
    const other = list(10, { serial: '42'.repeat(16) });
    for (const tbs of [other, list(9)]) {
      await expect(inProduction(tbs)).rejects.toThrow(SignerRefusal);
      await expect(inProduction(tbs, overSocket)).rejects.toThrow('is not above 10');
    }
  });

  it('T26: numbers rise over a restart, since the log remembers them', async () => {
    await inProduction(list(20));
    const { folder, sealingKey } = authority;
    const { signer } = await openTestSigner({ folder, sealingKey });
    expect((await signer.status()).crlNumbers[authority.production.issuerId]).toBe(20);
    await expect(inProduction(list(19), signer)).rejects.toThrow('is not above 20');
    const again = await inProduction(list(20), signer);
    expect(Buffer.from(again)).toEqual(Buffer.from(await inProduction(list(20))));
  });

  it('T2: never uses the numbers up: one far above the last, or the first far up, is refused', async () => {
    for (const number of [20 + 2 ** 20 + 1, Number.MAX_SAFE_INTEGER]) {
      await expect(inProduction(list(number))).rejects.toThrow('numbers would run out');
    }
    const { issuerId, certificateDer: by } = authority.sandbox;
    const first = authority.signer.signCrl({ issuerId, tbs: list(2 ** 40 + 1, { by }) });
    await expect(first).rejects.toThrow('numbers would run out');
    const { crlNumbers } = await authority.signer.status();
    expect([crlNumbers[authority.production.issuerId], crlNumbers[issuerId]]).toEqual([
      20,
      undefined,
    ]);
  });

  it('T2: is linted again: none of another CA, from another time, or of other bytes', async () => {
    const { sandbox, production } = authority;
    const wrong: [LintedCrl, string][] = [
      [list(30, { by: sandbox.certificateDer }), 'crl-issuer-name'],
      [list(30, { now: new Date(NOW.getTime() - 21 * MINUTE_MS) }), 'crl-this-update'],
      [list(30, { now: new Date(NOW.getTime() + 61 * SECOND_MS) }), 'crl-this-update'],
      [{ ...list(30), tbsDer: production.certificateDer.subarray(0, 40) }, 'crl-readable'],
    ];
    for (const [tbs, rule] of wrong) {
      await expect(inProduction(tbs)).rejects.toThrow(rule);
      await expect(inProduction(tbs, overSocket)).rejects.toThrow(rule);
    }
    const unknown = authority.signer.signCrl({ issuerId: 'iss_none', tbs: list(31) });
    await expect(unknown).rejects.toThrow('no key of issuer');
  });
});

const KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function responder(seed: number, change: { now?: Date; by?: Uint8Array } = {}): LintedResponder {
  const { now = NOW, by = authority.productionDer } = change;
  const spkiDer = new Uint8Array(KEY.publicKey.export({ format: 'der', type: 'spki' }));
  const serial = serialFrom(new Uint8Array(16).fill(seed));
  const result = lintResponder(draftOcspResponder({ issuerDer: by, spkiDer, serial, now }));
  if ('linted' in result) return result.linted;
  throw new Error(JSON.stringify(result.findings));
}

const delegated = (responderId: string, tbs: LintedResponder, signer = authority.signer) =>
  signer.signOcspResponder({ responderId, issuerId: authority.production.issuerId, tbs });

describe('the certificate of a responder', () => {
  it('is signed by its CA, once for each responder, and stands in the log', async () => {
    const tbs = responder(1);
    const der = await delegated('rsp_1', tbs);
    const issuer = new X509Certificate(authority.productionDer);
    expect(new X509Certificate(der).verify(issuer.publicKey)).toBe(true);
    expect(logged().at(-1)).toMatchObject({ op: 'responder', responderId: 'rsp_1' });
    expect(Buffer.from(await delegated('rsp_1', tbs, overSocket))).toEqual(Buffer.from(der));
    await expect(delegated('rsp_1', responder(2))).rejects.toThrow('other bytes');
  });

  it('T2: is linted again: nothing but OCSP, of now, under the CA that is asked', async () => {
    const clientAuth = withExtension(responder(3), OID.extendedKeyUsage, () => [
      plain(OID.extendedKeyUsage, sequence(oid(OID.clientAuth))),
    ]);
    const wrong: [LintedResponder, string][] = [
      [clientAuth, 'responder-ocsp-only'],
      [responder(3, { by: authority.sandbox.certificateDer }), 'responder-issuer'],
      [responder(3, { now: new Date(NOW.getTime() - 21 * MINUTE_MS) }), 'not of now'],
      [responder(3, { now: new Date(NOW.getTime() + 61 * SECOND_MS) }), 'not of now'],
    ];
    for (const [tbs, words] of wrong) {
      await expect(delegated('rsp_3', tbs)).rejects.toThrow(words);
      await expect(delegated('rsp_3', tbs, overSocket)).rejects.toThrow(words);
    }
  });

  it('T3: never has the serial of a certificate, nor a certificate its serial', async () => {
    const csr = await verifiedCsr(composed());
    const draft = linted(await testDraft(csr, authority, { seed: 'shared' }));
    const { issuerId } = authority.production;
    await authority.signer.sign({ intentId: 'int_shared', issuerId, tbs: draft });
    const serial = readDer(draft.tbsDer).children[1]?.content ?? new Uint8Array();
    const spkiDer = new Uint8Array(KEY.publicKey.export({ format: 'der', type: 'spki' }));
    const issuerDer = authority.productionDer;
    const twin = lintResponder(draftOcspResponder({ issuerDer, spkiDer, serial, now: NOW }));
    if (!('linted' in twin)) throw new Error('the twin does not pass');
    await expect(delegated('rsp_twin', twin.linted)).rejects.toThrow('for another intent');
  });
});
