import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { authorize } from '@/lib/access/scope';
import { addMember, disableMember, suspendAccount } from '@/lib/accounts/manage';
import { issueCertificate } from '@/lib/certificates/issue';
import { getCertificate } from '@/lib/certificates/read';
import { acrossAccounts, database, inScope } from '@/lib/platform/database';
import {
  onPostgres,
  opensslCsr,
  openTestPortal,
  type TestPortal,
  testScope,
} from '@/lib/start-up/testing';
import { decisionFeed } from './decision-feed';
import { STREAMS_PER_SESSION } from './open-streams';
import { addDecisions } from './queries';
import { liveStart } from './recent-decisions';
import { refusal, report, signedInMember, success, testClient, testEdge, watch } from './testing';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

const listening = { event: 'listening' };

describe('the stream of decisions', () => {
  it('shows a passed call with all the edge saw, and keeps who used the certificate last', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge('edge-seen');
    const nameHash = await testClient(account.id, 'production', 'erp-sync');
    const certificate = await issueCertificate(account.as('admin'), {
      csr: opensslCsr().csr,
      environment: 'production',
      label: 'ERP primary',
    });
    const stream = watch(await signedInMember(account.id), 'production');
    expect(await stream.next()).toMatchObject(listening);
    const fingerprint = certificate.sha256Fingerprint.toLowerCase();
    const call = success({ nameHash, fingerprint, count: 3 });
    await report(edge, { successes: [call] });
    expect(await stream.next()).toMatchObject({
      event: 'decision',
      data: {
        at: call.at,
        environment: 'production',
        listener: 'mtls',
        edge: 'edge-seen',
        refusal: null,
        calls: 3,
        certificate: {
          id: certificate.id,
          label: 'ERP primary',
          serialHex: certificate.serialHex,
          notAfter: certificate.notAfter,
        },
        apiClientName: 'erp-sync',
        tlsVersion: 'TLSv1.3',
        httpVersion: '2',
        sourceAddress: '192.0.2.7',
        userAgent: 'curl/8.14.1',
        requestId: call.requestId,
      },
    });
    await stream.close();
    const read = await getCertificate(account.as('viewer'), certificate.id);
    expect(read.lastSeenAt).toBe(call.at);
    const row = await acrossAccounts(testScope, (tx) =>
      tx.certificate.findUniqueOrThrow({ where: { id: certificate.id } }),
    );
    const client = await acrossAccounts(testScope, (tx) =>
      tx.apiClient.findUniqueOrThrow({
        where: { environment_name: { environment: 'production', name: 'erp-sync' } },
      }),
    );
    expect([row.lastSeenClientId, row.lastSeenTls]).toEqual([client.id, 'TLSv1.3']);
  });

  it('T19: nothing of another account, nor of the other environment, except a certificate used in the wrong one', async () => {
    const [own, other] = [await portal.newAccount(), await portal.newAccount()];
    const edge = await testEdge();
    const foreign = await testClient(other.id, 'production');
    const nameHash = await testClient(own.id, 'production');
    const sandbox = await testClient(own.id, 'sandbox');
    const stream = watch(await signedInMember(own.id), 'production');
    await stream.next();
    await report(edge, {
      successes: [
        success({ nameHash: foreign }),
        success({ nameHash: sandbox, environment: 'sandbox' }),
      ],
      refusals: [
        refusal({ code: 'wrong_environment', nameHash: sandbox, environment: 'sandbox' }),
        refusal({ code: 'unknown_certificate' }),
        refusal({ code: 'wrong_account', nameHash }),
      ],
    });
    const codes = [];
    for (let count = 0; count < 2; count += 1) {
      const message = await stream.next();
      if (message.event === 'decision') codes.push(message.data.refusal?.code);
    }
    expect(codes.sort()).toEqual(['wrong_account', 'wrong_environment']);
    await stream.close();
    const rows = await inScope(authorize(own.as('viewer'), 'activity.read'), (tx) =>
      tx.decision.findMany(),
    );
    expect(new Set(rows.map((row) => row.accountId))).toEqual(new Set([own.id]));
  });

  it('hears what another portal stored, which nudges nobody here', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const stream = watch(await signedInMember(account.id), 'sandbox');
    await stream.next();
    const row = {
      accountId: account.id,
      environment: 'sandbox',
      edgeId: edge.id,
      requestId: 'req_elsewhere',
      outcome: 'certificate_required',
      calls: 1,
      listener: 'mtls',
      at: new Date(),
      sourceAddress: '192.0.2.7',
    };
    await acrossAccounts(testScope, (tx) => addDecisions(tx, [row]));
    expect(await stream.next()).toMatchObject({
      event: 'decision',
      data: { requestId: 'req_elsewhere', refusal: { code: 'certificate_required', status: 403 } },
    });
    await stream.close();
  });

  it('several edges report at once: every decision comes, once, in the order of its number', async () => {
    const account = await portal.newAccount();
    const edges = await Promise.all([1, 2, 3, 4].map(() => testEdge()));
    const nameHash = await testClient(account.id, 'production');
    const stream = watch(await signedInMember(account.id), 'production');
    await stream.next();
    const calls = edges.map((edge) => ({
      edge,
      all: Array.from({ length: 10 }, () => success({ nameHash })),
    }));
    const reported = calls.map(async ({ edge, all }) => {
      for (const call of all) await report(edge, { successes: [call] });
    });
    const sequences: bigint[] = [];
    const seen = new Set<string>();
    while (seen.size < 40) {
      const message = await stream.next('decision');
      if (message.event !== 'decision') continue;
      sequences.push(BigInt(message.data.sequence));
      seen.add(message.data.requestId);
    }
    await Promise.all(reported);
    expect(sequences).toHaveLength(40);
    expect(sequences).toEqual([...sequences].sort((a, b) => (a < b ? -1 : 1)));
    await stream.close();
  });

  it('goes on after the last event that was seen, without a gap and without a repeat', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const who = await signedInMember(account.id);
    const call = () => success({ nameHash });
    const calls = [call(), call(), call(), call()];
    for (const one of calls.slice(0, 3)) await report(edge, { successes: [one] });
    const { latest, after } = await liveStart(who.principal, 'production');
    expect(latest.map((one) => one.requestId)).toEqual(
      [calls[2], calls[1], calls[0]].map((one) => one?.requestId),
    );
    expect(latest[0]?.sequence).toBe(after);
    const stream = watch(who, 'production', BigInt(latest[1]?.sequence ?? 0));
    await stream.next();
    expect(await stream.next()).toMatchObject({ data: { requestId: calls[2]?.requestId } });
    await report(edge, { successes: calls.slice(2) });
    expect(await stream.next()).toMatchObject({ data: { requestId: calls[3]?.requestId } });
    await stream.close();
  });

  it('after a break in which more came than is replayed it says so and gives the newest', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const who = await signedInMember(account.id);
    for (let batch = 0; batch < 3; batch += 1) {
      await report(edge, {
        refusals: Array.from({ length: 30 }, () => refusal({ code: 'wrong_account', nameHash })),
      });
    }
    const stream = watch(who, 'production', 0n);
    expect(await stream.next()).toMatchObject(listening);
    expect(await stream.next()).toMatchObject({ event: 'missed' });
    for (let count = 0; count < 50; count += 1) {
      expect(await stream.next()).toMatchObject({ event: 'decision' });
    }
    expect(await stream.next('beat')).toMatchObject({ event: 'beat' });
    await stream.close();
  });

  it('a sequence that was never given starts at the newest', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const stream = watch(await signedInMember(account.id), 'production', 1_000_000_000n);
    await stream.next();
    await report(edge, { successes: [success({ nameHash })] });
    expect(await stream.next()).toMatchObject({ event: 'decision' });
    await stream.close();
  });
});

describe('T20: the session behind a stream', () => {
  const ended = (reason: string) => ({ event: 'ended', data: { reason } });

  it('ends with it, and no decision comes after sign-out', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const who = await signedInMember(account.id);
    const stream = watch(who, 'production');
    await stream.next();
    await acrossAccounts(testScope, (tx) =>
      tx.session.update({ where: { id: who.sessionId }, data: { revokedAt: new Date() } }),
    );
    expect(await stream.next()).toMatchObject(ended('session'));
    await report(edge, { successes: [success({ nameHash })] });
    await expect(stream.next()).rejects.toThrow('over');
  });

  it('ends when the session turns to another account', async () => {
    const [first, second] = [await portal.newAccount(), await portal.newAccount()];
    const who = await signedInMember(first.id);
    const { email, name } = who.person;
    await acrossAccounts(testScope, (tx) =>
      addMember(tx, testScope, { accountId: second.id, email, name, role: 'viewer' }),
    );
    const stream = watch(who, 'production');
    await stream.next();
    await acrossAccounts(testScope, (tx) =>
      tx.session.update({ where: { id: who.sessionId }, data: { accountId: second.id } }),
    );
    expect(await stream.next()).toMatchObject(ended('account'));
  });

  it('ends when the membership does', async () => {
    const account = await portal.newAccount();
    const who = await signedInMember(account.id);
    const stream = watch(who, 'production');
    await stream.next();
    await disableMember(testScope, { accountId: account.id, email: who.person.email });
    expect(await stream.next()).toMatchObject(ended('account'));
  });

  it('ends when the account is suspended', async () => {
    const account = await portal.newAccount();
    const stream = watch(await signedInMember(account.id), 'production');
    await stream.next();
    await suspendAccount(testScope, account.id);
    expect(await stream.next()).toMatchObject(ended('forbidden'));
  });

  it('of one session the newest four stay', async () => {
    const account = await portal.newAccount();
    const who = await signedInMember(account.id);
    const streams = [];
    for (let count = 0; count < STREAMS_PER_SESSION + 1; count += 1) {
      const stream = watch(who, 'production');
      await stream.next();
      streams.push(stream);
    }
    expect(await streams[0]?.next()).toMatchObject(ended('replaced'));
    for (const stream of streams.slice(1)) {
      expect(await stream.next('beat')).toMatchObject({ event: 'beat' });
      await stream.close();
    }
  });
});

describe('trouble', () => {
  it('is said while the database does not answer, and what came meanwhile follows', async () => {
    const account = await portal.newAccount();
    const edge = await testEdge();
    const nameHash = await testClient(account.id, 'production');
    const stream = watch(await signedInMember(account.id), 'production');
    await stream.next();
    const mend = await breakDatabase();
    expect(await stream.next()).toMatchObject({ event: 'trouble' });
    await mend();
    await report(edge, { successes: [success({ nameHash })] });
    expect(await stream.next('recovered')).toMatchObject({ event: 'recovered' });
    expect(await stream.next('decision')).toMatchObject({ event: 'decision' });
    await stream.close();
  });
});

it('a portal that stops ends every stream, each with the reason', async () => {
  const account = await portal.newAccount();
  const stream = watch(await signedInMember(account.id), 'production');
  await stream.next();
  const next = stream.next();
  const stopped = decisionFeed().stop();
  expect(await next).toMatchObject({ event: 'ended', data: { reason: 'stopping' } });
  await expect(stream.next()).rejects.toThrow('over');
  await stopped;
  decisionFeed().start();
});

/** PostgreSQL: every connection is cut and none is taken. Embedded: the table is gone. @returns what mends it */
async function breakDatabase(): Promise<() => Promise<void>> {
  if (!onPostgres) {
    await database().execute('ALTER TABLE decision RENAME TO decision_away');
    return () => database().execute('ALTER TABLE decision_away RENAME TO decision');
  }
  const url = new URL(portal.databaseUrl ?? '');
  const name = url.pathname.slice(1);
  url.pathname = '/postgres';
  const run = async (...statements: string[]) => {
    const client = new pg.Client({ connectionString: url.href });
    await client.connect();
    for (const statement of statements) await client.query(statement);
    await client.end();
  };
  await run(
    `ALTER DATABASE ${name} ALLOW_CONNECTIONS false`,
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}'`,
  );
  return () => run(`ALTER DATABASE ${name} ALLOW_CONNECTIONS true`);
}
