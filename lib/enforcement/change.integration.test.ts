import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient } from '@/lib/api-clients/manage';
import { issueCertificate } from '@/lib/certificates/issue';
import { certificateDetail } from '@/lib/certificates/read';
import { modeAt } from '@/lib/edge/mode';
import type { AppError } from '@/lib/kernel/errors';
import { acrossAccounts } from '@/lib/platform/database';
import { changesBetween } from '@/lib/publishing/queries';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { setEnforcement } from './change';
import { enforcementConsequences, getEnforcement } from './read';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

// Without a trial, and without a call that shows it.
const ANYWAY = { trialMinutes: 0, override: { reason: 'a test of another thing' } };

describe('enforcement', () => {
  it('T21: cannot be turned on in an environment without a live certificate', async () => {
    const account = await portal.newAccount();
    await issueCertificate(account.key(), { csr: opensslCsr().csr, environment: 'sandbox' });
    const refusal = await setEnforcement(account.as('manage_mtls'), 'production', {
      mode: 'enforce',
      ...ANYWAY,
    }).catch((error: unknown) => error);
    expect((refusal as AppError).code).toBe('no_live_certificate');
  });

  it('is turned on and off, each once in the audit trail however often it is asked', async () => {
    const account = await portal.newAccount();
    await issueCertificate(account.key(), { csr: opensslCsr().csr, environment: 'sandbox' });
    const admin = account.as('admin');
    await setEnforcement(admin, 'sandbox', { mode: 'enforce', ...ANYWAY });
    expect(await setEnforcement(admin, 'sandbox', { mode: 'enforce', ...ANYWAY })).toMatchObject({
      mode: 'enforce',
      inherited: false,
      changedBy: 'Ines Duarte',
    });
    await setEnforcement(admin, 'sandbox', { mode: 'off' });
    expect((await getEnforcement(admin, 'sandbox')).mode).toBe('off');
    expect((await getEnforcement(admin, 'production')).mode).toBe('off');
    const events = await acrossAccounts(testScope, (tx) =>
      tx.auditEvent.count({ where: { chain: account.id, action: 'enforcement.changed' } }),
    );
    expect(events).toBe(2);
  });

  it('names the API clients it reaches, and the outage that a last revocation would cause', async () => {
    const account = await portal.newAccount();
    const name = `erp-${account.id.slice(-6)}`;
    await createApiClient(testScope, { accountId: account.id, environment: 'sandbox', name });
    const { id } = await issueCertificate(account.key(), {
      csr: opensslCsr().csr,
      environment: 'sandbox',
    });
    expect((await certificateDetail(account.as('viewer'), id)).outage).toBeNull();
    await setEnforcement(account.as('admin'), 'sandbox', { mode: 'enforce', ...ANYWAY });
    const consequences = await enforcementConsequences(account.as('viewer'));
    const sandbox = consequences.find((one) => one.environment === 'sandbox');
    expect(sandbox).toMatchObject({ apiClients: [name] });
    expect((await certificateDetail(account.as('viewer'), id)).outage).toContain(name);
  });

  it("a parent's policy holds for those below it, and edges are told of all of them", async () => {
    const parent = await portal.newAccount();
    const child = await portal.newAccount({ parentId: parent.id });
    await issueCertificate(parent.key(), { csr: opensslCsr().csr, environment: 'sandbox' });
    const before = await numberNow();
    await setEnforcement(parent.as('admin'), 'sandbox', { mode: 'enforce', ...ANYWAY });
    expect(await getEnforcement(child.as('viewer'), 'sandbox')).toMatchObject({
      mode: 'enforce',
      inherited: true,
    });
    const { changes } = await settled(before);
    const told = changes.flatMap((change) =>
      change.kind === 'account' &&
      modeAt(change.entry.modes.sandbox, Date.now() / 1000) === 'enforce'
        ? [change.entry.accountId]
        : [],
    );
    expect(new Set(told)).toEqual(new Set([parent.id, child.id]));
  });
});

async function numberNow(): Promise<number> {
  for (;;) {
    const rows = await acrossAccounts(
      testScope,
      (tx) => tx.$queryRaw<{ number: bigint; waiting: bigint }[]>`
        SELECT snapshot_number AS number,
          (SELECT count(*) FROM edge_change WHERE number IS NULL) AS waiting FROM deployment`,
    );
    if (rows[0]?.waiting === 0n) return Number(rows[0].number);
    // The embedded database answers without ever letting a timer run.
    await setImmediate();
  }
}

async function settled(after: number) {
  await numberNow();
  return acrossAccounts(testScope, (tx) => changesBetween(tx, after));
}
