import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueCertificate } from '@/lib/certificates/issue';
import { AppError } from '@/lib/kernel/errors';
import { LEAF_PROFILE } from '@/lib/pki/profile';
import { acrossAccounts } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { makeIssuing, sealedKeys } from '@/lib/signer/ceremony';
import { folderSealingKey, storedIssuers, storeIssuer } from '@/lib/signer/key-folder';
import type { HeldIssuer } from '@/lib/signer/port';
import { sealedSigningKey } from '@/lib/signer/signing-key';
import { testAuthority } from '@/lib/signer/testing';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { issuerBook, issuesUntil } from './book';
import { changeIssuerState } from './change-state';
import { registerIssuers } from './register';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

/** A further issuing CA under the root of the portal's own signer, as the database will know it. */
async function successor(generation: number): Promise<HeldIssuer> {
  const folder = join(portal.dataDir, 'signer');
  const sealingKey = await folderSealingKey(folder, 'a passphrase for tests');
  const root = storedIssuers(folder).find(({ kind }) => kind === 'root');
  if (root?.custody.kind !== 'sealed') throw new Error('a sealed root was expected');
  const made = await makeIssuing({
    providerName: 'Test Provider',
    environment: 'production',
    generation,
    kind: 'EC P-256',
    root: {
      issuerId: root.issuerId,
      certificateDer: root.certificateDer,
      key: await sealedSigningKey({ ...root, ...root.custody, sealingKey }),
    },
    makeKey: sealedKeys(sealingKey),
    pkiUrl: null,
    now: new Date(),
  });
  storeIssuer(mkdtempSync(join(tmpdir(), 'countersign-successor-')), made);
  return { ...made, canSign: true };
}

const active = () => issuerBook().issuing('production', new Date());
async function issued(): Promise<string> {
  const account = await portal.newAccount();
  const request = { csr: opensslCsr().csr, environment: 'production' as const };
  return issueCertificate(account.key(), request).then(
    ({ issuer }) => issuer,
    (error: unknown) =>
      error instanceof AppError ? `${error.code}: ${error.detail}` : String(error),
  );
}

describe('the CAs of a deployment', () => {
  it('the first of each environment issues at once', async () => {
    const states = issuerBook()
      .all()
      .map(({ kind, environment, state }) => `${kind} ${environment} ${state}`);
    expect(states.sort()).toEqual([
      'issuing production active',
      'issuing sandbox active',
      'root null active',
    ]);
    expect(await issued()).toContain('Test Provider Production Client CA 1');
  });

  it('a second one waits to be activated; then it issues, and the first may retire', async () => {
    const first = active();
    const second = await successor(2);
    expect(await registerIssuers([second])).toBeNull();
    await issuerBook().refresh();
    expect(active().id).toBe(first.id);
    await changeIssuerState(testScope, { id: second.issuerId, state: 'active' });
    expect(active().id).toBe(second.issuerId);
    await changeIssuerState(testScope, { id: first.id, state: 'retired' });
    expect(
      issuerBook()
        .all()
        .find(({ id }) => id === first.id)?.state,
    ).toBe('retired');
    const last = changeIssuerState(testScope, { id: second.issuerId, state: 'retired' });
    await expect(last).rejects.toThrow('Activate its successor first');
    await changeIssuerState(testScope, { id: first.id, state: 'active' });
    await changeIssuerState(testScope, { id: second.issuerId, state: 'retired' });
  });

  it('every change of state is an event of the deployment', async () => {
    const events = await acrossAccounts(testScope, (tx) =>
      tx.auditEvent.findMany({
        where: { objectKind: 'issuer' },
        orderBy: { sequence: 'asc' },
      }),
    );
    expect(events.map(({ action }) => action)).toEqual([
      ...Array.from({ length: 4 }, () => 'issuer.created'),
      'issuer.activated',
      'issuer.retired',
      'issuer.activated',
      'issuer.retired',
    ]);
  });

  it('a CA that no root of the database has signed is named, and not used', async () => {
    const foreign = await testAuthority();
    const { issuers } = await foreign.signer.status();
    const before = issuerBook().all().length;
    expect(await registerIssuers(issuers)).toMatch(
      /^The signer holds .* which no CA of this database/,
    );
    await issuerBook().refresh();
    expect(issuerBook().all()).toHaveLength(before);
  });

  it('RFC 5280, 6.1: a CA issues until a leaf would outlive it, and says so from then on', async () => {
    const { id, notAfter } = active();
    const end = new Date(Math.floor(Date.now() / 1000) * 1000 + LEAF_PROFILE.validityMs - 60_000);
    const endsAt = (moment: Date) =>
      acrossAccounts(testScope, (tx) =>
        tx.issuer.update({ where: { id }, data: { notAfter: moment } }),
      );
    await endsAt(end);
    await issuerBook().refresh();
    expect(await issued()).toMatch(/^ca_unavailable: The certificate authority of production ends/);
    expect(issuesUntil({ notAfter: end }).getTime()).toBeLessThan(Date.now());
    await endsAt(notAfter);
    await issuerBook().refresh();
    expect(await issued()).toContain('Client CA 1');
    expect((await deployment().signer.status()).issuers).toHaveLength(3);
  });
});
