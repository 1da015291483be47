import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueCertificate } from '@/lib/certificates/issue';
import { reportBody } from '@/lib/contract/edge-protocol';
import { acrossAccounts } from '@/lib/platform/database';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { KEPT } from './queries';
import { liveStart } from './recent-decisions';
import { takeReport } from './reports';
import { refusal, report, success, testClient, testEdge } from './testing';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

describe('a report', () => {
  it('an older report does not move the last use of a certificate back', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'sandbox');
    const { id, sha256Fingerprint } = await issueCertificate(account.as('admin'), {
      csr: opensslCsr().csr,
      environment: 'sandbox',
    });
    const seen = (at: string, tlsVersion: string) =>
      success({ nameHash, at, tlsVersion, fingerprint: sha256Fingerprint.toLowerCase() });
    await report(edge, { successes: [seen('2026-11-21T10:00:00.000Z', 'TLSv1.3')] });
    await report(edge, { successes: [seen('2026-11-21T09:00:00.000Z', 'TLSv1.2')] });
    const row = await acrossAccounts(testScope, (tx) =>
      tx.certificate.findUniqueOrThrow({ where: { id } }),
    );
    expect(row.lastSeenAt?.toISOString()).toBe('2026-11-21T10:00:00.000Z');
    expect(row.lastSeenTls).toBe('TLSv1.3');
  });

  it('of an edge of the first version is taken as well', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'sandbox');
    const { id, sha256Fingerprint } = await issueCertificate(account.as('admin'), {
      csr: opensslCsr().csr,
      environment: 'sandbox',
    });
    const fingerprint = sha256Fingerprint.toLowerCase();
    const at = '2026-11-21T10:00:00.000Z';
    const first = { fingerprint, nameHash, environment: 'sandbox', at, tlsVersion: 'TLSv1.3' };
    const old = { appliedNumber: 0, lost: 0, firstSuccesses: [first], refusals: [] };
    await takeReport(edge, reportBody.parse(old), 'test');
    const row = await acrossAccounts(testScope, (tx) =>
      tx.certificate.findUniqueOrThrow({ where: { id } }),
    );
    expect(row.firstSeenAt?.toISOString()).toBe(at);
  });
});

describe('the ring', () => {
  it('holds a bounded number of decisions of an account, the newest', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const batch = () =>
      Array.from({ length: 500 }, () => refusal({ code: 'wrong_account', nameHash }));
    for (let count = 0; count < 8; count += 1) await report(edge, { refusals: batch() });
    const last = refusal({ code: 'certificate_expired', nameHash });
    await report(edge, { refusals: [last] });
    const rows = await acrossAccounts(testScope, (tx) =>
      tx.decision.findMany({ where: { accountId: account.id }, orderBy: { sequence: 'desc' } }),
    );
    expect(rows.length).toBeLessThanOrEqual(KEPT + 50);
    expect(rows[0]?.requestId).toBe(last.requestId);
  });

  it('a report that is sent again adds nothing', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const twice = {
      successes: [success({ nameHash })],
      refusals: [refusal({ code: 'wrong_account', nameHash })],
    };
    await report(edge, twice);
    await report(edge, twice);
    const { latest } = await liveStart(account.as('viewer'), 'production');
    expect(latest).toHaveLength(2);
  });
});
