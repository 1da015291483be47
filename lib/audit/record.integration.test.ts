import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiClient } from '@/lib/api-clients/manage';
import { acrossAccounts } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { eventHash } from './record';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

it('T25: parallel changes of one account make one chain, without a gap, whose hashes can be recomputed', async () => {
  const account = await portal.newAccount();
  await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      createApiClient(testScope, {
        accountId: account.id,
        environment: 'sandbox',
        name: `client-${index}-${account.id}`,
      }),
    ),
  );
  const rows = await acrossAccounts(testScope, (tx) =>
    tx.auditEvent.findMany({ where: { chain: account.id }, orderBy: { sequence: 'asc' } }),
  );
  expect(rows.map((row) => Number(row.sequence))).toEqual(rows.map((_, index) => index + 1));
  expect(rows).toHaveLength(13);
  let previous = Buffer.alloc(32);
  for (const row of rows) {
    expect(Buffer.from(row.previousHash).equals(previous)).toBe(true);
    const hash = eventHash({
      ...row,
      previousHash: new Uint8Array(row.previousHash),
    });
    expect(Buffer.from(row.hash).equals(Buffer.from(hash))).toBe(true);
    previous = Buffer.from(hash);
  }
  const [first] = rows;
  if (!first) throw new Error('there are rows');
  const edited = eventHash({
    ...first,
    detail: { name: 'someone else' },
    previousHash: new Uint8Array(first.previousHash),
  });
  expect(Buffer.from(first.hash).equals(Buffer.from(edited))).toBe(false);
});
