import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { count, report, testClient, testEdge } from '@/lib/activity/testing';
import { issueCertificate } from '@/lib/certificates/issue';
import { getCertificate } from '@/lib/certificates/read';
import { DAY_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { askForAct } from './ask';
import { sweepActs } from './carry-out';
import { approveAct } from './decide';
import { compromiseEvidence } from './evidence';
import { findKeys, keyUse } from './key-use';
import { approvalQueue, keyRuns, readAct } from './list';
import { codeOf, staff } from './testing';

let portal: TestPortal;
let edge: Awaited<ReturnType<typeof testEdge>>;
beforeAll(async () => {
  portal = await openTestPortal();
  edge = await testEdge();
});
afterAll(() => portal.stop());

const sam = staff('support', 'Sam Support');
const lena = staff('support_lead', 'Lena Lead');
const reason = 'The key was found in a public repository';
const since = () => new Date(currentTime().getTime() - DAY_MS).toISOString();
const ask = (spkiSha256: string) =>
  askForAct(sam, {
    accountId: null,
    reason,
    act: { kind: 'compromise', spkiSha256, since: since() },
  });

/** A key with two live certificates, and a call with the first. */
async function keyInUse() {
  const account = await portal.newAccount();
  const { csr } = opensslCsr();
  const first = await issueCertificate(account.key(), { csr, environment: 'sandbox' });
  const second = await issueCertificate(account.key(), { csr, environment: 'production' });
  const nameHash = await testClient(account.id, 'sandbox');
  const fingerprint = first.sha256Fingerprint.toLowerCase();
  await report(edge, {
    counts: [count({ nameHash, fingerprint, environment: 'sandbox', at: currentTime() })],
  });
  // It never acknowledges, so whoever waits for edges is not to wait for this one.
  await acrossAccounts(testScope, (tx) =>
    tx.edge.update({ where: { id: edge.id }, data: { lastSeenAt: null } }),
  );
  const [spki = ''] = await findKeys(sam, first.serialHex);
  return { account, first, second, csr, spki };
}

describe('finding a key', () => {
  it('by certificate, request, serial in any notation, fingerprint, id or digest it is the same one', async () => {
    const { account, first, csr, spki } = await keyInUse();
    const { pem } = await getCertificate(account.key(), first.id);
    const colons = first.serialHex.toLowerCase().match(/../g)?.join(':') ?? '';
    for (const text of [pem, csr, colons, first.sha256Fingerprint, first.id, spki]) {
      expect(await findKeys(sam, text)).toEqual([spki]);
    }
  });

  it('a private key is refused and not echoed, and an unknown number is not found', async () => {
    const { key } = opensslCsr();
    const refused = await findKeys(sam, key).catch((error: unknown) => error);
    expect(Object(refused).code).toBe('invalid_request');
    expect(JSON.stringify(refused)).not.toContain(key.slice(40, 80));
    expect(await codeOf(findKeys(sam, 'AB'.repeat(16)))).toBe('not_found');
  });

  it('customers look for no keys', async () => {
    const { account, spki } = await keyInUse();
    expect(await codeOf(findKeys(account.as('owner'), spki))).toBe('forbidden');
    expect(await codeOf(keyUse(account.as('owner'), spki, new Date()))).toBe('forbidden');
  });
});

describe('a compromise run', () => {
  it('shows every certificate and who called, and changes nothing before it is approved', async () => {
    const { account, first, second, spki } = await keyInUse();
    await ask(spki);
    const use = await keyUse(sam, spki, new Date(currentTime().getTime() - DAY_MS));
    expect(use.certificates.map(({ id, state }) => [id, state]).sort()).toEqual(
      [
        [first.id, 'live'],
        [second.id, 'live'],
      ].sort(),
    );
    expect(use.holder?.id).toBe(account.id);
    expect([use.calls.passed, use.calls.refused, use.calls.networks]).toEqual([1, 0, 1]);
    expect(use.blocked).toBeNull();
  });

  it('revokes all at once, blocks the key for good, tells the account, and keeps the receipt', async () => {
    const { account, first, second, csr, spki } = await keyInUse();
    const { id } = await ask(spki);
    expect(await codeOf(ask(spki))).toBe('act_not_open');
    expect((await keyRuns(lena, spki)).map((one) => [one.id, one.state])).toEqual([
      [id, 'waiting'],
    ]);
    const { waiting } = await approvalQueue(lena);
    expect(waiting.find(({ view }) => view.id === id)?.key).toEqual({
      live: 2,
      accounts: ['Meridian Freight'],
    });
    await approveAct(lena, id, 'Seen it.');
    const run = await readAct(sam, id);
    expect([run.state, run.outcome.revoked?.toSorted()]).toEqual([
      'done',
      [first.id, second.id].sort(),
    ]);
    expect(run.outcome.receipt).toBeDefined();
    for (const one of [first, second]) {
      const now = await getCertificate(account.key(), one.id);
      expect([now.status, now.revocationReason]).toEqual(['revoked', 'keyCompromise']);
    }
    const again = issueCertificate(account.key(), { csr, environment: 'sandbox' });
    expect(await codeOf(again)).toBe('csr_rejected');
    const kinds = await acrossAccounts(testScope, (tx) =>
      tx.notice.findMany({ where: { accountId: account.id }, select: { kind: true } }),
    );
    expect(kinds.map(({ kind }) => kind)).toContain('key-compromised');
  });

  it('died before its receipt: another portal takes it, and nothing is revoked twice', async () => {
    const { account, spki } = await keyInUse();
    const { id } = await ask(spki);
    await approveAct(lena, id, null);
    await acrossAccounts(
      testScope,
      (tx) => tx.$executeRaw`UPDATE support_act SET outcome = outcome - 'receipt' WHERE id = ${id}`,
    );
    await sweepActs();
    expect((await readAct(sam, id)).outcome.receipt).toBeDefined();
    const revocations = await acrossAccounts(testScope, (tx) =>
      tx.auditEvent.count({ where: { chain: account.id, action: 'certificate.revoked' } }),
    );
    expect(revocations).toBe(2);
  });

  it('a key that nobody here has is blocked all the same', async () => {
    const { csr } = opensslCsr();
    const [spki = ''] = await findKeys(sam, csr);
    const { id } = await ask(spki);
    await approveAct(lena, id, null);
    expect((await readAct(sam, id)).outcome.revoked).toEqual([]);
    const account = await portal.newAccount();
    const issued = issueCertificate(account.key(), { csr, environment: 'sandbox' });
    expect(await codeOf(issued)).toBe('csr_rejected');
  });

  it('leaves one file with certificates, calls, events with their hashes, and the receipt', async () => {
    const { account, first, spki } = await keyInUse();
    const { id } = await ask(spki);
    await approveAct(lena, id, null);
    const evidence = JSON.parse(await compromiseEvidence(sam, id));
    expect(evidence.run.outcome.receipt).toBeDefined();
    expect(evidence.key.calls.passed).toBe(1);
    expect(Object.keys(evidence.certificatesDerBase64)).toContain(first.id);
    const actions = evidence.events.map((one: { event: { chain: string; action: string } }) =>
      [one.event.chain, one.event.action].join(' '),
    );
    expect(actions).toEqual(
      expect.arrayContaining([
        `${account.id} certificate.revoked`,
        `${account.id} public-key.blocked`,
        'deployment support-act.asked',
        'deployment support-act.approved',
      ]),
    );
    expect(await codeOf(compromiseEvidence(account.as('owner'), id))).toBe('forbidden');
  });
});
