import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorize } from '@/lib/access/scope';
import type { Json } from '@/lib/audit/canonical-json';
import { eventHash, recordEvent } from '@/lib/audit/record';
import { acrossAccounts, callInScope, inScope } from '@/lib/platform/database';
import { newId } from '@/lib/platform/random';
import {
  onPostgres,
  opensslCsr,
  openTestPortal,
  type TestPortal,
  testScope,
} from '@/lib/start-up/testing';
import type { PlannedIntent } from './intents';
import { issueCertificate } from './issue';
import { tookSlot } from './one-statement';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

async function plannedBy(spkiSha256 = 'A'.repeat(64)): Promise<PlannedIntent> {
  const issuer = await acrossAccounts(testScope, (tx) =>
    tx.issuer.findFirstOrThrow({ where: { environment: 'production' } }),
  );
  const now = new Date();
  return {
    id: newId('intent'),
    environment: 'production',
    issuerId: issuer.id,
    serialHex: newId('intent').slice(-16),
    spkiSha256,
    tbsDer: Uint8Array.of(0x30, 0x00, 0xff),
    tbsSha256: 'b'.repeat(64),
    notAfter: now,
    label: 'a "label" with \\ and ü',
    createdAt: now,
    idempotencyKey: null,
    requestSha256: 'c'.repeat(64),
    replacesId: null,
  };
}

const intentsOf = (accountId: string) =>
  acrossAccounts(testScope, (tx) =>
    tx.intent.findMany({ where: { accountId }, include: { slot: true } }),
  );

describe('a step of issuing in one statement', () => {
  it('T25: writes events whose hashes are those that the library path writes', async () => {
    const account = await portal.newAccount({ legalName: 'Büro "Süd" \\ Söhne' });
    const by = {
      ...account.as('admin'),
      actor: { kind: 'person', id: 'p', name: '"slot":0, ü\u2028' },
    } as const;
    const { csr } = opensslCsr({ subject: '/CN=erp.meridian.example' });
    await issueCertificate(by, {
      csr,
      environment: 'production',
      label: '{"slot":0,"sequence":1}',
    });
    const scope = authorize(by, 'certificates.issue');
    await inScope(scope, (tx) =>
      recordEvent(tx, {
        ...scope,
        chain: account.id,
        action: 'a.b',
        object: { kind: 'x', id: 'y' },
        detail: {},
      }),
    );
    const rows = await acrossAccounts(testScope, (tx) =>
      tx.auditEvent.findMany({ where: { chain: account.id }, orderBy: { sequence: 'asc' } }),
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'account.created',
      'certificate.requested',
      'certificate.issued',
      'a.b',
    ]);
    let previousHash = new Uint8Array(32);
    for (const row of rows) {
      const hash = eventHash({
        ...row,
        actor: row.actor as Json,
        detail: row.detail as Json,
        previousHash,
      });
      expect(Buffer.from(row.hash).toString('hex')).toBe(Buffer.from(hash).toString('hex'));
      previousHash = hash;
    }
  });

  it('keeps the very bytes, and takes the lowest free slot', async () => {
    const account = await portal.newAccount();
    const scope = authorize(account.as('admin'), 'certificates.issue');
    const planned = await plannedBy();
    expect(await tookSlot(scope, planned)).toBe(true);
    expect(await tookSlot(scope, await plannedBy('B'.repeat(64)))).toBe(true);
    await acrossAccounts(testScope, (tx) => tx.slot.delete({ where: { intentId: planned.id } }));
    expect(await tookSlot(scope, await plannedBy('C'.repeat(64)))).toBe(true);
    const rows = await intentsOf(account.id);
    expect(rows.map(({ slot }) => slot?.slot).sort()).toEqual([1, 2, undefined]);
    const kept = rows.find(({ id }) => id === planned.id);
    expect(kept).toMatchObject({
      label: planned.label,
      state: 'pending',
      createdAt: planned.createdAt,
    });
    expect([...(kept?.tbsDer ?? [])]).toEqual([0x30, 0x00, 0xff]);
  });

  it.each(['a foreign key', 'a blocked key', 'no free slot', 'a suspended account'])(
    'changes nothing for %s, and says that it did not',
    async (obstacle) => {
      const [account, other] = [await portal.newAccount(), await portal.newAccount()];
      const scope = authorize(account.as('admin'), 'certificates.issue');
      const spkiSha256 = Buffer.from(obstacle)
        .toString('hex')
        .padEnd(64, '0')
        .slice(0, 64)
        .toUpperCase();
      await acrossAccounts(testScope, async (tx) => {
        const at = new Date();
        const where = { id: account.id };
        if (obstacle === 'a foreign key') {
          await tx.publicKey.create({ data: { spkiSha256, accountId: other.id, createdAt: at } });
        }
        if (obstacle === 'a blocked key')
          await tx.blockedKey.create({ data: { spkiSha256, why: 'x', at } });
        if (obstacle === 'no free slot') await tx.account.update({ where, data: { liveLimit: 0 } });
        if (obstacle === 'a suspended account') {
          await tx.account.update({ where, data: { suspendedAt: at } });
        }
      });
      expect(await tookSlot(scope, await plannedBy(spkiSha256))).toBe(false);
      expect(await intentsOf(account.id)).toEqual([]);
      const claims = await acrossAccounts(testScope, (tx) =>
        tx.publicKey.findMany({ where: { accountId: account.id } }),
      );
      expect(claims).toEqual([]);
    },
  );

  it('T19: runs as the application role, for which there is no foreign row, and leaves no role behind', async () => {
    const [account, other] = [
      await portal.newAccount(),
      await portal.newAccount({ legalName: 'Other' }),
    ];
    const scope = authorize(account.as('admin'), 'certificates.issue');
    await acrossAccounts(testScope, (tx) =>
      tx.$executeRawUnsafe(`
      CREATE OR REPLACE FUNCTION countersign_test_who(other TEXT) RETURNS TEXT LANGUAGE plpgsql AS $$
      BEGIN RETURN current_user || ' sees ' || (SELECT count(*) FROM account) || ' and ' ||
        (SELECT count(*) FROM account WHERE id = other); END $$`),
    );
    for (let time = 0; time < 3; time += 1) {
      expect(await callInScope(scope, 'countersign_test_who', [other.id])).toBe(
        'countersign_app sees 1 and 0',
      );
      const rows = await acrossAccounts(
        testScope,
        (tx) => tx.$queryRaw<{ who: string; sees: bigint }[]>`
        SELECT current_user AS who, count(*) AS sees FROM account WHERE id IN (${account.id}, ${other.id})`,
      );
      expect(rows[0]?.who).not.toBe('countersign_app');
      expect(Number(rows[0]?.sees)).toBe(2);
    }
    await expect(callInScope(scope, 'countersign_legal_name', [])).resolves.toBe(
      'Meridian Freight',
    );
  });

  it(`${onPostgres ? 40 : 12} requests at once leave one chain and no slot taken twice`, async () => {
    const account = await portal.newAccount();
    const scope = authorize(account.as('admin'), 'certificates.issue');
    const planned = await Promise.all(
      Array.from({ length: onPostgres ? 40 : 12 }, (_one, index) =>
        plannedBy(`${index}`.padEnd(64, 'D')),
      ),
    );
    const took = await Promise.all(planned.map((one) => tookSlot(scope, one)));
    expect(took.filter(Boolean)).toHaveLength(5);
    const rows = await intentsOf(account.id);
    expect(rows.map(({ slot }) => slot?.slot).sort()).toEqual([1, 2, 3, 4, 5]);
    const events = await acrossAccounts(testScope, (tx) =>
      tx.auditEvent.findMany({ where: { chain: account.id }, orderBy: { sequence: 'asc' } }),
    );
    expect(events.map(({ sequence }) => Number(sequence))).toEqual([1, 2, 3, 4, 5, 6]);
  });
});
