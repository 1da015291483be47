/**
 * A portal that is ended, as by a power cut, between the approval of an act and the act. Its process is a real one and
 * dies by SIGKILL; what it leaves is read as it lies there, and then by the portal that comes after it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { issueCertificate } from '@/lib/certificates/issue';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts, closeDatabase, openDatabase, type Tx } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { carryOut, sweepActs } from './carry-out';
import { readAct } from './list';
import { codeOf, staff } from './testing';

const act = z.object({ id: z.string(), accountId: z.string() });
const said = z.object({
  place: z.object({ dataDir: z.string(), databaseUrl: z.string().nullable() }),
  /** A suspension, and a compromise run over a key with two live certificates. */
  acts: z.tuple([act, act]),
  csr: z.string(),
});
type Left = z.infer<typeof said>;

const sam = staff('support', 'Sam Support');
// A portal sweeps every two seconds; on a busy machine that takes a while.
const SWEPT = { timeout: 40 * SECOND_MS, interval: 100 };
// Two portals are opened, one of them in a process that loads all of the code.
const CRASH_TIMEOUT_MS = 5 * MINUTE_MS;
let next: TestPortal | null = null;

afterEach(async () => {
  await next?.stop();
  next = null;
  setClock(null);
});

/** Two acts were approved. The first was done; the portal died when the second was approved. */
async function diesAtTheSecondApproval(): Promise<Left> {
  const env = { ...process.env, FAILPOINT: 'after-approval:2', CRASH_TEST: '1' };
  const script = ['--import', 'tsx', 'scripts/testing/approve-acts.ts'];
  const portal = spawn(process.execPath, script, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line, [, signal]] = await Promise.all([text(portal.stdout), once(portal, 'exit')]);
  expect(signal).toBe('SIGKILL');
  return said.parse(JSON.parse(line));
}

/** What was done of both acts, by the rows and by the trail. */
async function done({ acts: [suspension, compromise] }: Left) {
  return acrossAccounts(testScope, async (tx) => ({
    suspensions: await events(tx, suspension.accountId, 'account.suspended'),
    suspended: await tx.account.count({
      where: { id: suspension.accountId, suspendedAt: { not: null } },
    }),
    revocations: await events(tx, compromise.accountId, 'certificate.revoked'),
    revoked: await tx.certificate.count({
      where: { accountId: compromise.accountId, revokedAt: { not: null } },
    }),
    blocks: await events(tx, compromise.accountId, 'public-key.blocked'),
    told: await tx.notice.count({
      where: { accountId: compromise.accountId, kind: 'key-compromised' },
    }),
  }));
}

const events = (tx: Tx, chain: string, action: string) =>
  tx.auditEvent.count({ where: { chain, action } });

const FIRST_ALONE = {
  ...{ suspensions: 1, suspended: 1 },
  ...{ revocations: 0, revoked: 0, blocks: 0, told: 0 },
};

async function asItLies<T>({ place }: Left, read: () => Promise<T>): Promise<T> {
  await openDatabase({ url: place.databaseUrl, dataDir: place.dataDir });
  const found = await read();
  await closeDatabase();
  return found;
}

const stateOf = async (id: string) => (await readAct(sam, id)).state;

describe('T4: a portal that was ended between approval and act', () => {
  it(
    'left nothing half done, and nothing is done too late; in time the next one does it by itself, once',
    async () => {
      const left = await diesAtTheSecondApproval();
      const [suspension, compromise] = left.acts;
      const found = async () => ({ ...(await done(left)), state: await stateOf(compromise.id) });
      const before = await asItLies(left, async () => {
        const approved = await found();
        setClock({ now: () => new Date(Date.now() + 30 * MINUTE_MS) });
        await sweepActs();
        const tooLate = await found();
        setClock(null);
        return { approved, tooLate, first: await stateOf(suspension.id) };
      });
      expect(before).toEqual({
        approved: { ...FIRST_ALONE, state: 'approved' },
        tooLate: { ...FIRST_ALONE, state: 'expired' },
        first: 'done',
      });

      next = await openTestPortal({}, left.place);
      const receipt = async () => (await readAct(sam, compromise.id)).outcome.receipt;
      await expect.poll(receipt, SWEPT).toBeDefined();
      const all = { ...FIRST_ALONE, ...{ revocations: 2, revoked: 2, blocks: 1, told: 1 } };
      expect(await found()).toEqual({ ...all, state: 'done' });
      await Promise.all([sweepActs(), carryOut(compromise.id, 'req_late')]);
      expect(await found()).toEqual({ ...all, state: 'done' });
      const account = await next.newAccount();
      const again = issueCertificate(account.key(), { csr: left.csr, environment: 'sandbox' });
      expect(await codeOf(again)).toBe('csr_rejected');
    },
    CRASH_TIMEOUT_MS,
  );
});
