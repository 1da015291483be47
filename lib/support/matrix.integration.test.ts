/** Row T19 for the support desk: every use case and every form of it, as everybody. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT_KEY_SCOPES, MEMBER_ROLES, STAFF_ROLES } from '@/lib/access/permissions';
import type { Principal } from '@/lib/access/scope';
import { issueCertificate } from '@/lib/certificates/issue';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS } from '@/lib/kernel/time';
import { acrossAccounts } from '@/lib/platform/database';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { askForAct } from '@/lib/support-acts/ask';
import { withdrawAct } from '@/lib/support-acts/decide';
import { findKeys } from '@/lib/support-acts/key-use';
import { staff } from '@/lib/support-acts/testing';
import { DESK_ACTIONS, DESK_USES, type DeskRight, type DeskThings } from './testing/desk-uses';

/** Who may what, by hand. */
const SUPPORT = ['support', 'support_lead', 'support who is owner too', 'support, suspended'];
const ALLOWED: Record<DeskRight, readonly string[]> = {
  look: [...SUPPORT, 'support of yesterday', 'support_lead of yesterday'],
  act: SUPPORT,
  approve: ['support_lead'],
  staff: [
    ...[...SUPPORT, 'support of yesterday', 'support_lead of yesterday'],
    ...['operator', 'operator key'],
  ],
  anybody: [],
};

let portal: TestPortal;
let account: Awaited<ReturnType<TestPortal['newAccount']>>;
let things: DeskThings;

beforeAll(async () => {
  portal = await openTestPortal();
  account = await portal.newAccount();
  const { csr } = opensslCsr();
  const { serialHex } = await issueCertificate(account.key(), { csr, environment: 'sandbox' });
  const sam = staff('support', 'Sam Support');
  const [spkiSha256 = ''] = await findKeys(sam, serialHex);
  const act = { kind: 'compromise', spkiSha256, since: new Date(0).toISOString() } as const;
  const asked = await askForAct(sam, { accountId: null, act, reason: 'Found in a repository' });
  await withdrawAct(sam, asked.id);
  things = { accountId: account.id, serialHex, spkiSha256, actId: asked.id };
});
afterAll(() => portal.stop());

const suspended = (principal: Principal): Principal => ({
  ...principal,
  account: { id: account.id, suspended: true },
});

const longSignedIn = (principal: Principal): Principal => ({
  ...principal,
  authenticatedAt: new Date(principal.askedAt.getTime() - 31 * MINUTE_MS),
});

function callers(): { who: string; principal: Principal }[] {
  const [support, lead] = [staff('support', 'Sue'), staff('support_lead', 'Lena')];
  const viewer = account.as('viewer');
  return [
    { who: 'nobody', principal: { ...support, roles: [] } },
    ...MEMBER_ROLES.flatMap((role) => [
      { who: role, principal: account.as(role) },
      { who: `${role}, suspended`, principal: suspended(account.as(role)) },
    ]),
    ...STAFF_ROLES.map((role) => ({ who: role, principal: staff(role, 'Stan') })),
    { who: 'support, suspended', principal: suspended(account.as('support')) },
    {
      who: 'support who is owner too',
      principal: { ...account.as('owner'), roles: ['support', 'owner'] },
    },
    { who: 'support of yesterday', principal: longSignedIn(support) },
    { who: 'support_lead of yesterday', principal: longSignedIn(lead) },
    { who: 'support who sees as a customer', principal: { ...viewer, viewing: 'yes' } },
    ...ACCOUNT_KEY_SCOPES.map((scope) => ({
      who: `${scope} key`,
      principal: account.key(scope),
    })),
    { who: 'operator key', principal: { ...account.key('read'), keyScopes: ['operator'] } },
  ];
}

/** What has to come out; `passes` is anything but a denial. */
function expectedOf(right: DeskRight, who: string): string {
  if (right === 'anybody' || ALLOWED[right].includes(who)) return 'passes';
  const tooOld = who.endsWith(' of yesterday') && ALLOWED[right].includes(who.split(' ')[0] ?? '');
  return tooOld ? 'reauthentication_required' : 'forbidden';
}

const DENIALS = ['forbidden', 'account_suspended', 'unauthenticated', 'reauthentication_required'];

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'passes';
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    return DENIALS.includes(error.code) ? error.code : 'passes';
  }
}

/** All that an act, a look or a view would leave. */
const traces = () =>
  acrossAccounts(testScope, async (tx) => [
    await tx.supportAct.count(),
    await tx.auditEvent.count(),
    await tx.notice.count(),
    await tx.session.count({ where: { viewAccountId: { not: null } } }),
  ]);

describe('T19: the matrix of the support desk', () => {
  it.each(Object.entries(DESK_USES))('%s', async (_, { who: right, run }) => {
    const judged = callers().map((one) => ({ ...one, expected: expectedOf(right, one.who) }));
    const before = await traces();
    for (const { who, principal, expected } of judged.filter((one) => one.expected !== 'passes')) {
      expect(await outcomeOf(run(principal, things)), who).toBe(expected);
    }
    expect(await traces()).toEqual(before);
    for (const { who, principal } of judged.filter((one) => one.expected === 'passes')) {
      expect(await outcomeOf(run(principal, things)), who).toBe('passes');
    }
  });
});

const ROOMS = ['lib/support', 'lib/support-acts'];
/** What is exported without a caller: the work that follows an act, which the portal does on nobody's behalf. */
const NOBODYS = ['afterwards', 'carryOut', 'sweepActs'];

type Exported = { name: string; first: string };

/** Every exported function that may wait for the database, with its first parameter. */
function exportedFrom(folder: string): Exported[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ts') && !/test(ing)?\.ts$/.test(name))
    .flatMap((name) => [
      ...readFileSync(join(folder, name), 'utf8').matchAll(
        /^export (?:async function|const) (\w+)(?:<[^>]*>)?(?:\(| = async \()\s*([^,)]*)/gm,
      ),
    ])
    .map(([, name = '', first = '']) => ({ name, first: first.trim() }));
}

describe('T19: the matrix has a row', () => {
  const exported = ROOMS.flatMap(exportedFrom);

  it('for every use case of the desk and of its acts', () => {
    const uses = exported.filter(({ first }) => first === 'principal: Principal');
    expect(uses.map(({ name }) => name).sort()).toEqual(Object.keys(DESK_USES).sort());
  });

  it('and everything else that reads or writes is given a transaction, or is written here', () => {
    const others = exported.filter(
      ({ first }) => !['principal: Principal', 'tx: Tx'].includes(first),
    );
    expect(others.map(({ name }) => name).sort()).toEqual(NOBODYS);
  });

  it('for every form of its pages, each of which asks who is signed in before anything else', () => {
    const sources = readdirSync('app/(portal)/support', { recursive: true, encoding: 'utf8' })
      .map((name) => join('app/(portal)/support', name))
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(path, 'utf8'))
      .filter((text) => text.startsWith("'use server'"));
    const actions = sources.flatMap((text) => {
      const bodies = new Map(functionsOf(text).map((one) => [one.name, one.body]));
      return [...text.matchAll(/^export async function (\w+)/gm)].map(([, name = '']) => {
        const body = bodies.get(name) ?? '';
        // One that only hands its work on is judged by whom it hands it to.
        const [, handedTo = ''] = /^\s*return (\w+)\(/.exec(body) ?? [];
        const [, first = ''] = /^\s*(.*)/.exec(bodies.get(handedTo) ?? body) ?? [];
        const called = Object.keys(DESK_USES).filter((use) => body.includes(`${use}(principal`));
        return { name, first, called };
      });
    });
    for (const { name, first } of actions) {
      expect(first, name).toMatch(
        /^const \{ principal(, sessionId)? \} = await requireSignedIn\(\);$/,
      );
    }
    const found = Object.fromEntries(actions.map(({ name, called }) => [name, called.sort()]));
    expect(found).toEqual(DESK_ACTIONS);
  });
});

/** The functions of a formatted file, whose bodies end at a brace in the first column. */
function functionsOf(text: string): { name: string; body: string }[] {
  return [...text.matchAll(/^(?:export )?async function (\w+)[\s\S]*?\{\n([\s\S]*?)^\}$/gm)].map(
    ([, name = '', body = '']) => ({ name, body }),
  );
}
