import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Edge } from '@/generated/prisma/client';
import type { Principal } from '@/lib/access/scope';
import { refusal, report, testCertificate, testClient, testEdge } from '@/lib/activity/testing';
import { revokeCertificate } from '@/lib/certificates/revoke';
import { acrossAccounts } from '@/lib/platform/database';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { accountCase } from './account-case';
import { accountsByName } from './list-accounts';
import { find } from './search';
import { timeline } from './timeline';

let portal: TestPortal;
let edge: Edge;
let account: Awaited<ReturnType<TestPortal['newAccount']>>;
let certificate: Awaited<ReturnType<typeof testCertificate>>;
let support: Principal;

beforeAll(async () => {
  portal = await openTestPortal();
  edge = await testEdge();
  account = await portal.newAccount({ legalName: 'Zephyr Freight' });
  certificate = await testCertificate(account, 'ERP primary');
  await testClient(account.id, 'production', 'zephyr-sync');
  support = { ...account.as('support'), account: null };
  const { fingerprint } = certificate;
  const own = { code: 'certificate_revoked' as const, fingerprint, sourceAddress: '198.51.100.82' };
  await report(edge, {
    refusals: Array.from({ length: 40 }, (_, index) =>
      refusal({
        ...own,
        requestId: `req_run${String(index).padStart(4, '0')}`,
        at: new Date(Date.now() - 60_000 - index * 1_000).toISOString(),
      }),
    ),
  });
});
afterAll(() => portal.stop());

const hitsOf = async (typed: string) => (await find(support, typed))?.hits ?? [];

describe('finding', () => {
  it('leads from anything of a certificate to it: file, chain, serial in any notation, fingerprint, id, name in it', async () => {
    const { pem, serialHex, sha256Fingerprint, id, commonName } = certificate;
    const colons = serialHex.match(/../g)?.join(':').toLowerCase() ?? '';
    const decimal = BigInt(`0x${serialHex}`).toString();
    for (const typed of [pem, colons, decimal, sha256Fingerprint, id, commonName.slice(0, 6)]) {
      const hits = await hitsOf(typed);
      expect(hits.map((hit) => [hit.kind, hit.id, hit.account?.id])).toContainEqual([
        'certificate',
        id,
        account.id,
      ]);
    }
  });

  it('leads from what a call left to its account: request id, address, network', async () => {
    for (const typed of ['req_run0007', '198.51.100.82', '198.51.100.0/24']) {
      const hits = await hitsOf(typed);
      expect(hits).toMatchObject([{ kind: 'refused-call', account: { id: account.id } }]);
    }
  });

  it('leads from names to accounts and API clients, whatever the case, and takes % for itself', async () => {
    expect(await hitsOf('zephyr f')).toMatchObject([{ kind: 'account', id: account.id }]);
    expect(await hitsOf('ZEPHYR-SYNC')).toMatchObject([{ kind: 'api-client' }]);
    expect(await hitsOf('%')).toEqual([]);
  });

  it('says that a name stands in a certificate where that is what it found, though it is a domain too', async () => {
    const found = await find(support, certificate.commonName);
    expect(certificate.commonName).toMatch(/\.example$/);
    expect(found?.hits).toContainEqual(expect.objectContaining({ id: certificate.id }));
    expect(found?.understood).toEqual(['A name in a certificate, or how one begins.']);
  });

  it('leads from a request that was never issued to nobody, and says what to try', async () => {
    const found = await find(support, opensslCsr().csr);
    expect(found).toMatchObject({ hits: [], understood: ['A public key.'] });
    expect(found?.tries).toHaveLength(1);
    expect(found?.asked).toMatch(/^key=[0-9A-F]{64}$/);
  });

  it('T23: refuses a private key and gives nothing of it back', async () => {
    const { key } = opensslCsr();
    const refused = await find(support, key).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'invalid_request' });
    expect(JSON.stringify(refused)).not.toContain(key.split('\n')[1]);
  });

  it('T19: is for support alone', async () => {
    for (const role of ['owner', 'admin', 'viewer', 'operator'] as const) {
      await expect(find(account.as(role), 'zephyr')).rejects.toMatchObject({ code: 'forbidden' });
      await expect(timeline(account.as(role), account.id)).rejects.toMatchObject({
        code: 'forbidden',
      });
      await expect(accountCase(account.as(role), account.id)).rejects.toMatchObject({
        code: 'forbidden',
      });
    }
  });
});

describe('the timeline', () => {
  it('has refusals of one kind as one run, between the changes, and every page goes on where the last ended', async () => {
    for (let index = 0; index < 40; index += 1) {
      await testClient(account.id, 'sandbox');
    }
    const whole = [];
    let cursor: string | undefined;
    do {
      const page = await timeline(support, account.id, { cursor });
      whole.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    const runs = whole.filter((item) => item.kind === 'refusals');
    expect(runs).toMatchObject([
      { calls: 40, code: 'certificate_revoked', requestId: 'req_run0000' },
    ]);
    const changes = whole.flatMap((item) => (item.kind === 'change' ? item.sequence : []));
    const count = await acrossAccounts(testScope, (tx) =>
      tx.auditEvent.count({ where: { chain: account.id } }),
    );
    expect(changes).toEqual(Array.from({ length: count }, (_, index) => count - index));
    const times = whole.map((item) => item.at);
    expect(times).toEqual(times.toSorted().toReversed());
  });

  it('of one kind of change has all of them and no other', async () => {
    const keys = await timeline(support, account.id, { kind: 'keys' });
    expect(keys.items.length).toBeGreaterThan(0);
    const actions = keys.items.map((item) => (item.kind === 'change' ? item.action : item.kind));
    expect(actions.filter((action) => !/^api-(key|client)\./.test(action))).toEqual([]);
    const none = await timeline(support, account.id, { kind: 'enforcement' });
    expect(none).toEqual({ items: [], nextCursor: null });
  });

  it('tells a run that paused for long from one that went on, and never tells a call twice', async () => {
    const other = await portal.newAccount();
    const { fingerprint } = await testCertificate(other, 'Gaps');
    const minutesAgo = [1, 2, 90, 91, 92, 300];
    await report(edge, {
      refusals: minutesAgo.map((minutes) =>
        refusal({
          code: 'wrong_environment',
          fingerprint,
          at: new Date(Date.now() - minutes * 60_000).toISOString(),
        }),
      ),
    });
    const page = await timeline(support, other.id, { kind: 'refused' });
    expect(page.items.map((item) => item.kind === 'refusals' && item.calls)).toEqual([2, 3, 1]);
    const [, second] = page.items;
    const from = await timeline(support, other.id, { kind: 'refused', call: second?.id });
    expect(from.items.map((item) => item.id)).toEqual(page.items.slice(1).map((item) => item.id));
  });

  it('begins at the event that a link names, and filters by kind', async () => {
    const page = await timeline(support, account.id, { kind: 'certificates' });
    const actions = page.items.map((item) => item.kind === 'change' && item.action);
    expect(actions).toEqual(['certificate.issued', 'certificate.requested']);
    const event = page.items[1]?.id;
    const from = await timeline(support, account.id, { event });
    expect(from.items[0]?.id).toBe(event);
    const foreign = await portal.newAccount();
    const theirs = await timeline(support, foreign.id, { event });
    expect(theirs.items.map((item) => item.id)).not.toContain(event);
  });

  it('names no account that is not there', async () => {
    for (const id of ['acc_00000000000000000000000000', 'x', null]) {
      await expect(accountCase(support, id)).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});

describe('the account', () => {
  it('says why it cannot connect, with its own certificates, and tells its people that somebody looked', async () => {
    const live = await testCertificate(account, 'ERP next');
    await revokeCertificate(account.as('admin'), certificate.id, 'superseded');
    const read = await accountCase(support, account.id, { certificate: certificate.id });
    expect(read.diagnosis.cause).toBe('certificate_revoked');
    expect(read.diagnosis.refused).toMatchObject({ calls: 40, addresses: ['198.51.100.82'] });
    for (const part of ['The certificate was revoked.', 'Install a live one.', 'ERP next']) {
      expect(read.diagnosis.reply).toContain(part);
    }
    expect(read.found.certificate).toMatchObject({ id: certificate.id, status: 'revoked' });
    expect(read.certificates.map((one) => one.id)).toContain(live.id);
    const looks = await timeline(support, account.id, { kind: 'support' });
    expect(looks.items[0]).toMatchObject({ action: 'support.looked' });
  });

  it('knows a certificate that was never issued here by the calls that presented it', async () => {
    const foreign = 'ab'.repeat(32);
    await report(edge, {
      refusals: [refusal({ code: 'unknown_certificate', fingerprint: foreign })],
    });
    expect(await hitsOf(foreign)).toMatchObject([{ kind: 'refused-call', account: null }]);
  });

  it('lists accounts by name, page by page, each once', async () => {
    const names = ['alpha', 'Alpha', 'Élan', 'alpha_1'];
    for (const legalName of [...names, ...Array.from({ length: 55 }, (_, i) => `Alpha ${i}`)]) {
      await portal.newAccount({ legalName });
    }
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await accountsByName(support, { begin: 'alpha', after });
      seen.push(...page.items.map((one) => one.name));
      after = page.nextAfter ?? undefined;
    } while (after);
    expect(seen).toHaveLength(58);
    expect(new Set(seen.map((name) => name)).size).toBe(58);
    expect((await accountsByName(support, { begin: 'alpha_' })).items).toHaveLength(1);
    await expect(accountsByName(support, { after: 'x' })).rejects.toMatchObject({
      code: 'invalid_request',
    });
  });
});
