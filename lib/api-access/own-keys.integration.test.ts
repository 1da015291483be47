import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '@/lib/access/scope';
import { issueCertificate } from '@/lib/certificates/issue';
import { OPERATIONS, type Operation } from '@/lib/contract/operations';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { principalOfKey } from './authenticate';
import { confined, environmentBy } from './confine';
import { getApiKey, listApiKeys, makeApiKey, revokeApiKey, rotateApiKey } from './own-keys';
import { sweepKeyExpiries } from './reminders';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());
afterEach(() => setClock(null));

const facts = (address = '203.0.113.7') => ({ requestId: 'req_test', address, userAgent: null });
const show = (key: string, address?: string) => principalOfKey(`Bearer ${key}`, facts(address));
const wish = {
  name: 'Deploy pipeline',
  scopes: ['read' as const],
  environment: null,
  expiresAt: null,
  networks: '',
};
const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
const aheadBy = (ms: number) => {
  const then = new Date(Date.now() + ms);
  setClock({ now: () => then });
};
const codeOf = (refused: Promise<unknown>) =>
  refused.then(
    () => 'not refused',
    (error: unknown) => String(Object(error).code),
  );

async function admin(): Promise<Principal> {
  return (await portal.newAccount()).as('admin');
}

describe('an API key', () => {
  it('stands for its account with its scopes, and is never in the database', async () => {
    const who = await admin();
    const { key, view } = await makeApiKey(who, wish);
    const principal = await show(key);
    expect(principal).toMatchObject({
      account: { id: who.account?.id, suspended: false },
      keyScopes: ['read'],
      actor: { kind: 'api_key', id: view.id, name: 'Deploy pipeline' },
    });
    const row = await acrossAccounts(testScope, (tx) =>
      tx.apiKey.findUnique({ where: { id: view.id } }),
    );
    expect(JSON.stringify(row)).not.toContain(key.slice(-49, -6));
    expect(key.startsWith(`${view.start}_`)).toBe(true);
  });

  it('T19: is made, rotated and revoked by Owners and Admins, read by members, and by no key', async () => {
    const account = await portal.newAccount();
    const { view } = await makeApiKey(account.as('owner'), wish);
    for (const principal of [account.as('viewer'), account.as('manage_mtls'), account.key()]) {
      for (const refused of [
        () => makeApiKey(principal, wish),
        () => rotateApiKey(principal, view.id, 24),
        () => revokeApiKey(principal, view.id, ''),
      ]) {
        expect(await codeOf(refused())).toBe('forbidden');
      }
    }
    expect((await listApiKeys(account.as('viewer'))).items).toHaveLength(1);
    expect(await codeOf(listApiKeys(account.key()))).toBe('forbidden');
  });

  it('T19: of another account is not there', async () => {
    const { view } = await makeApiKey(await admin(), wish);
    const other = await admin();
    expect((await listApiKeys(other)).items).toEqual([]);
    for (const refused of [
      () => getApiKey(other, view.id),
      () => rotateApiKey(other, view.id, 24),
      () => revokeApiKey(other, view.id, ''),
      () => getApiKey(other, 'nonsense'),
    ]) {
      expect(await codeOf(refused())).toBe('not_found');
    }
  });

  it('ends at its expiry, and whoever shows it is told so', async () => {
    const { key } = await makeApiKey(await admin(), { ...wish, expiresAt: inDays(30) });
    aheadBy(30 * DAY_MS - MINUTE_MS);
    await show(key);
    aheadBy(30 * DAY_MS + MINUTE_MS);
    await expect(show(key)).rejects.toMatchObject({
      code: 'unauthenticated',
      detail: expect.stringContaining('expired'),
    });
    expect(await codeOf(makeApiKey(await admin(), { ...wish, expiresAt: inDays(-1) }))).toBe(
      'invalid_request',
    );
  });

  it('T25: is taken from its networks alone; a try from elsewhere is shown to its account', async () => {
    const who = await admin();
    const networks = '203.0.113.0/24\n2001:db8:a::/48, 198.51.100.4';
    const { key, view } = await makeApiKey(who, { ...wish, networks });
    expect(view.networks).toEqual(['203.0.113.0/24', '2001:db8:a::/48', '198.51.100.4/32']);
    for (const address of ['203.0.113.7', '::ffff:203.0.113.8', '2001:db8:a::5', '198.51.100.4']) {
      await show(key, address);
    }
    expect((await getApiKey(who, view.id)).refused).toBeNull();
    for (const address of ['203.0.114.1', '2001:db8:b::5', 'unknown']) {
      expect(await codeOf(show(key, address)), address).toBe('network_not_allowed');
    }
    const after = await getApiKey(who, view.id);
    expect(after.refused).toMatchObject({ address: '203.0.114.1' });
    expect(after.lastUsed).toMatchObject({ address: '203.0.113.7' });
    await expect(makeApiKey(who, { ...wish, networks: '203.0.113.7/24' })).rejects.toMatchObject({
      code: 'invalid_request',
      detail: expect.stringContaining('write 203.0.113.0/24'),
    });
  });

  it('rotated is two keys for as long as was asked, then the new one alone', async () => {
    const who = await admin();
    const first = await makeApiKey(who, { ...wish, expiresAt: inDays(90), environment: 'sandbox' });
    const second = await rotateApiKey(who, first.view.id, 24);
    expect(second.view).toMatchObject({
      ...{ name: wish.name, environment: 'sandbox', replacesId: first.view.id, state: 'live' },
    });
    expect((await getApiKey(who, first.view.id)).state).toBe('ending');
    expect(await codeOf(rotateApiKey(who, first.view.id, 24))).toBe('invalid_request');
    aheadBy(23 * HOUR_MS);
    await Promise.all([show(first.key), show(second.key)]);
    aheadBy(25 * HOUR_MS);
    expect(await codeOf(show(first.key))).toBe('unauthenticated');
    await show(second.key);
  });

  it('that is in use is revoked only with its name typed, and is refused from then on', async () => {
    const who = await admin();
    const { key, view } = await makeApiKey(who, wish);
    await show(key);
    expect(await codeOf(revokeApiKey(who, view.id, 'deploy'))).toBe('confirmation_required');
    await show(key);
    expect((await revokeApiKey(who, view.id, ' Deploy pipeline ')).state).toBe('revoked');
    expect(await codeOf(show(key))).toBe('unauthenticated');
    expect((await revokeApiKey(who, view.id, '')).state).toBe('revoked');
  });

  it('is told of by mail 14, 3 and 1 days before it ends, once each, unless another took over', async () => {
    const who = await admin();
    const { view } = await makeApiKey(who, { ...wish, expiresAt: inDays(60) });
    const rotated = await makeApiKey(who, { ...wish, expiresAt: inDays(60) });
    await rotateApiKey(who, rotated.view.id, 168);
    const both = [view.id, rotated.view.id];
    const told = async () => {
      await sweepKeyExpiries(testScope);
      const rows = await acrossAccounts(testScope, (tx) =>
        tx.notice.findMany({
          where: { OR: both.map((id) => ({ key: { contains: id } })) },
          orderBy: { at: 'asc' },
        }),
      );
      return rows.map((row) => row.key.replace(`api-key-expiring/${view.id}/`, ''));
    };
    const expected: [number, string[]][] = [
      [40, []],
      [46.5, ['14']],
      [50, ['14']],
      [57.5, ['14', '3']],
      [59.5, ['14', '3', '1']],
      [61, ['14', '3', '1']],
    ];
    for (const [days, keys] of expected) {
      aheadBy(days * DAY_MS);
      expect(await told(), `after ${days} days`).toEqual(keys);
    }
  });
});

describe('a key of one environment', () => {
  it('T20: reads and lists that one alone, and is told which key to use for the other', async () => {
    const account = await portal.newAccount();
    const certificate = await issueCertificate(account.key(), {
      csr: opensslCsr().csr,
      environment: 'production',
    });
    const { key } = await makeApiKey(account.as('admin'), {
      ...{ ...wish, scopes: ['read', 'certificates', 'enforcement'] },
      environment: 'sandbox',
    });
    const principal = await show(key);
    const held = (id: keyof typeof OPERATIONS, call: object) =>
      confined(OPERATIONS[id], {
        ...{ params: undefined, query: undefined, body: undefined },
        ...{ principal, ...call },
      });
    const query = { environment: undefined, limit: 20 };
    await held('listCertificates', { query });
    expect(query.environment).toBe('sandbox');
    for (const refused of [
      () => held('listCertificates', { query: { environment: 'production' } }),
      () => held('getEnforcement', { params: { environment: 'production' } }),
      () => held('listAuditEvents', {}),
      () => held('getCertificate', { params: { id: certificate.id } }),
      () => held('downloadCertificate', { params: { id: certificate.id } }),
      () => held('issueCertificate', { body: { environment: 'production', csr: '' } }),
    ]) {
      await expect(refused()).rejects.toMatchObject({
        code: 'forbidden',
        detail: expect.stringContaining('for sandbox only'),
      });
    }
    await expect(
      issueCertificate(principal, { csr: opensslCsr().csr, environment: 'production' }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('T20: every operation of an account says how its environment is known, or has none', () => {
    const without = Object.values<Operation>(OPERATIONS)
      .filter((one) => environmentBy(one) === null && one.body === undefined)
      .map(({ id }) => id);
    expect(without.sort()).toEqual(['disableApiClient', 'getAccount', 'getOpenApi']);
  });
});
