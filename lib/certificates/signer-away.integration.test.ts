import { mkdtempSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountOverview } from '@/lib/accounts/overview';
import { pendingSchema } from '@/lib/contract/views';
import { AppError } from '@/lib/kernel/errors';
import { acrossAccounts } from '@/lib/platform/database';
import { ensureAuthority } from '@/lib/signer/first-authority';
import { type FolderSigner, openFolderSigner } from '@/lib/signer/folder-signer';
import { folderSealingKey } from '@/lib/signer/key-folder';
import { signerServer } from '@/lib/signer/socket-server';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { issueCertificate } from './issue';
import { listCertificates } from './list';
import { listPendingCertificates } from './pending';

const folder = mkdtempSync(join(tmpdir(), 'countersign-away-'));
const path = join(folder, 'signer.sock');
const secret = 'the secret of this start';
const pkiUrl = 'http://localhost:3000';
let signer: FolderSigner;
let server: Server;
let portal: TestPortal;

const comeBack = () => {
  server = signerServer({ signer: signer.signer, secret, readIntent: null, onFault: () => {} });
  return new Promise<void>((done) => server.listen(path, done));
};
const goAway = () =>
  new Promise<void>((done) => {
    server.close(() => done());
    server.closeAllConnections();
  });

beforeAll(async () => {
  const keys = join(folder, 'keys');
  const sealingKey = await folderSealingKey(keys, 'a passphrase for tests');
  const now = () => new Date();
  const providerName = 'Test Provider';
  await ensureAuthority({
    folder: keys,
    sealingKey,
    token: null,
    providerName,
    pkiUrl,
    now: now(),
  });
  signer = await openFolderSigner({
    folder: keys,
    sealingKey,
    openTokenKey: null,
    pkiUrl,
    now,
    maxPerMinute: 1_000,
  });
  await comeBack();
  portal = await openTestPortal({ signer: { kind: 'socket', path, secret, intents: 'sent' } });
});
afterAll(async () => {
  await portal.stop();
  await goAway();
  await signer.close();
});

type Account = Awaited<ReturnType<TestPortal['newAccount']>>;

async function refusedFor(account: Account, csr: string): Promise<AppError> {
  const answer = issueCertificate(account.key(), { csr, environment: 'sandbox' });
  const error = await answer.then(
    () => null,
    (refusal: unknown) => refusal,
  );
  if (error instanceof AppError) return error;
  throw new Error(`an AppError was expected: ${error}`);
}

const intentsOf = (account: Account) =>
  acrossAccounts(testScope, (tx) =>
    tx.intent.findMany({ where: { accountId: account.id }, include: { slot: true } }),
  );

describe('while the signer is away', () => {
  it('a request is kept under its name, holds one slot however often it is sent, and is resumed by the same key', async () => {
    const account = await portal.newAccount();
    const { csr } = opensslCsr();
    await goAway();
    const first = await refusedFor(account, csr);
    expect(first.code).toBe('ca_unavailable');
    expect(first.retryAfterSeconds).toBeGreaterThan(0);
    const [kept, ...others] = await intentsOf(account);
    expect(others).toEqual([]);
    expect(kept).toMatchObject({ state: 'pending', slot: { slot: 1 } });
    expect(first.members.pending).toMatchObject({ id: kept?.id, environment: 'sandbox' });
    const again = await refusedFor(account, csr);
    expect(again.members).toEqual(first.members);
    expect(await intentsOf(account)).toHaveLength(1);
    await comeBack();
    const made = await issueCertificate(account.key(), { csr, environment: 'sandbox' });
    expect(made).toMatchObject({ serialHex: kept?.serialHex, slot: 1 });
    expect(await intentsOf(account)).toMatchObject([{ id: kept?.id, state: 'issued' }]);
  });

  it('another environment, key or account is another request', async () => {
    const [one, other] = [await portal.newAccount(), await portal.newAccount()];
    const { csr } = opensslCsr();
    await goAway();
    await refusedFor(one, csr);
    await refusedFor(one, opensslCsr().csr);
    await issueCertificate(one.key(), { csr, environment: 'production' }).catch(() => undefined);
    expect(await intentsOf(one)).toHaveLength(3);
    await refusedFor(other, opensslCsr().csr);
    expect(await intentsOf(other)).toHaveLength(1);
    await comeBack();
  });

  it('what is kept is listed with its name, slot and end, for its own account alone, until it is finished', async () => {
    const [account, other] = [await portal.newAccount(), await portal.newAccount()];
    const { csr } = opensslCsr();
    await goAway();
    const { members } = await refusedFor(account, csr);
    const list = async (environment?: 'production' | 'sandbox') =>
      (await listPendingCertificates(account.as('viewer'), { environment })).items;
    const [kept] = await intentsOf(account);
    expect(members.pending).toMatchObject({ id: kept?.id });
    const [pending, ...more] = await list();
    expect(more).toEqual([]);
    expect(pendingSchema.parse(pending)).toMatchObject({
      ...{ id: kept?.id, slot: 1, serialHex: kept?.serialHex, environment: 'sandbox' },
      voidAt: new Date((kept?.createdAt.getTime() ?? 0) + 15 * 60_000).toISOString(),
    });
    expect(await list('production')).toEqual([]);
    expect((await listPendingCertificates(other.as('admin'))).items).toEqual([]);
    expect((await accountOverview(account.as('viewer'))).slots[0]).toMatchObject({
      ...{ slot: 1, kind: 'pending', voidAt: pending?.voidAt },
    });
    await comeBack();
    const made = await issueCertificate(account.key(), { csr, environment: 'sandbox' });
    expect(pending).toMatchObject({ commonName: made.commonName, label: made.label });
    expect(await list()).toEqual([]);
  });

  it('what is kept is finished by itself once the signer is back', async () => {
    const account = await portal.newAccount();
    await goAway();
    await refusedFor(account, opensslCsr().csr);
    const [kept] = await intentsOf(account);
    await comeBack();
    const list = () => listCertificates(account.as('viewer'), { limit: 10 });
    await expect
      .poll(async () => (await list()).items.map((one) => one.serialHex), { timeout: 5_000 })
      .toEqual([kept?.serialHex]);
  });

  it('a signer with another start-up secret signs nothing', async () => {
    const account = await portal.newAccount();
    await goAway();
    server = signerServer({
      signer: signer.signer,
      secret: 'the secret of another start',
      readIntent: null,
      onFault: () => {},
    });
    await new Promise<void>((done) => server.listen(path, done));
    expect((await refusedFor(account, opensslCsr().csr)).code).toBe('ca_unavailable');
    await goAway();
    await comeBack();
  });
});
