/** Reminders of an end go on until what replaces the certificate was seen in traffic. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemScope } from '@/lib/access/scope';
import { createApiClient } from '@/lib/api-clients/manage';
import { issueCertificate } from '@/lib/certificates/issue';
import { renewCertificate } from '@/lib/certificates/renew';
import { revokeCertificate } from '@/lib/certificates/revoke';
import { passedCalls } from '@/lib/certificates/testing';
import { DAY_MS, HOUR_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { sweepExpiries } from './expiry';
import { noticeData } from './notices';
import { wordsOf } from './words';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterEach(() => setClock(null));
afterAll(() => portal.stop());

const environment = 'production';

async function ending() {
  setClock(null);
  const account = await portal.newAccount();
  const csr = opensslCsr().csr;
  const old = await issueCertificate(account.key(), { csr, environment, label: 'ERP' });
  const end = new Date(old.notAfter).getTime();
  const client = (name: string) =>
    createApiClient(testScope, {
      accountId: account.id,
      environment,
      name: `${name}-${account.id.slice(-6)}`,
    });
  return {
    account,
    old,
    erp: await client('erp'),
    batch: await client('batch'),
    issue: (label: string) =>
      issueCertificate(account.key(), { csr: opensslCsr().csr, environment, label }),
    renew: () =>
      renewCertificate(account.key(), old.id, { from: { kind: 'csr', csr: opensslCsr().csr } }),
    called: (certificate: { id: string }, by: { id: string }, daysBefore: number) =>
      passedCalls({
        accountId: account.id,
        certificate: { id: certificate.id, environment },
        apiClientId: by.id,
        at: new Date(end - daysBefore * DAY_MS),
        calls: 1,
      }),
    timeTo: (daysBefore: number) => setClock({ now: () => new Date(end - daysBefore * DAY_MS) }),
    /** What is told of the old one's end, that many days before it. */
    async toldAt(daysBefore: number): Promise<string[]> {
      setClock({ now: () => new Date(end - daysBefore * DAY_MS + HOUR_MS) });
      await sweepExpiries(systemScope('mail', 'test'));
      const rows = await acrossAccounts(testScope, (tx) =>
        tx.notice.findMany({
          where: { accountId: account.id, kind: 'certificate-expiring', spreadAt: null },
          orderBy: { at: 'asc' },
        }),
      );
      await acrossAccounts(testScope, (tx) =>
        tx.notice.updateMany({ where: { accountId: account.id }, data: { spreadAt: new Date() } }),
      );
      const place = { publicUrl: 'https://portal.example', providerName: 'Bank' };
      return rows.flatMap(({ data }) => {
        const read = noticeData.parse(data);
        const isOld = 'certificateId' in read && read.certificateId === old.id;
        return isOld ? [wordsOf(read, { place, reader: 'Ines', accountName: 'M' }).text] : [];
      });
    },
  };
}

describe('reminders of an end', () => {
  it('go on while the renewal was issued and not seen, and say so', async () => {
    const { toldAt, timeTo, renew } = await ending();
    expect((await toldAt(60)).join()).toContain('Nothing replaces it yet.');
    timeTo(50);
    const { createdAt } = await renew();
    const day = createdAt.slice(0, 10);
    for (const days of [30, 14, 7, 1]) {
      expect((await toldAt(days)).join()).toContain(
        `Its replacement ERP (issued ${day}) was issued but has not made a call yet.`,
      );
    }
  });

  it('stop once the renewal was seen, and go on when that is revoked', async () => {
    const { account, toldAt, timeTo, renew, called, erp } = await ending();
    timeTo(50);
    const next = await renew();
    expect(await toldAt(30)).toHaveLength(1);
    await called(next, erp, 20);
    expect(await toldAt(14)).toEqual([]);
    await revokeCertificate(account.key(), next.id, 'superseded');
    expect((await toldAt(7)).join()).toContain('Nothing replaces it yet.');
  });

  it('stop once the renewal of the renewal was seen', async () => {
    const { account, toldAt, timeTo, renew, called, erp } = await ending();
    timeTo(50);
    const next = await renew();
    const later = await renewCertificate(account.key(), next.id, { from: { kind: 'same key' } });
    await called(later, erp, 40);
    expect(await toldAt(30)).toEqual([]);
  });

  it('stop without a renewal once each API client of the last month calls with others, and not before', async () => {
    const { old, toldAt, timeTo, issue, called, erp, batch } = await ending();
    await called(old, erp, 80);
    await called(old, erp, 62);
    await called(old, batch, 61);
    timeTo(61);
    const other = await issue('Another name');
    await called(other, erp, 60.5);
    expect(await toldAt(60)).toHaveLength(1);
    await called(old, batch, 32);
    await called(old, erp, 32);
    await called(other, erp, 31);
    expect(await toldAt(30)).toHaveLength(1);
    await called(other, batch, 15);
    expect(await toldAt(14)).toEqual([]);
  });

  it('go on beside a namesake in use, while an API client has not changed over', async () => {
    const { old, toldAt, timeTo, issue, called, erp, batch } = await ending();
    timeTo(40);
    const other = await issue('ERP');
    await called(old, batch, 35);
    await called(other, erp, 34);
    expect((await toldAt(30)).join()).toContain('not from every API client');
  });
});
