/** Row T19: every operation and every form, as everybody, in one's own account, another's, a parent's, a suspended one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addMember } from '@/lib/accounts/manage';
import { createApiKey } from '@/lib/api-access/keys';
import { createApiClient } from '@/lib/api-clients/manage';
import { issueCertificate } from '@/lib/certificates/issue';
import { revokeCertificate } from '@/lib/certificates/revoke';
import { OPERATIONS } from '@/lib/contract/operations';
import { AppError } from '@/lib/kernel/errors';
import { acrossAccounts } from '@/lib/platform/database';
import { newId } from '@/lib/platform/random';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { MEMBER_ROLES, type Role, STAFF_ROLES } from './permissions';
import type { Principal } from './scope';
import { type Act, FORM_ACTS, OPERATION_ACTS, type Things } from './testing';

/** Who may what, by hand. */
const READERS = ['owner', 'admin', 'manage_mtls', 'viewer', 'support', 'support_lead', 'read'];
const ALLOWED: Record<Act['who'], readonly string[]> = {
  read: READERS,
  export: READERS,
  certificates: ['owner', 'admin', 'manage_mtls', 'sandbox only', 'certificates'],
  enforcement: ['owner', 'admin', 'manage_mtls', 'sandbox only', 'enforcement'],
  'people read': READERS.filter((one) => one !== 'read'),
  'people manage': ['owner', 'admin'],
  ask: ['owner', 'admin', 'manage_mtls', 'viewer', 'sandbox only'],
  operator: ['operator', 'operator key'],
};
READERS.push('sandbox only');
ALLOWED['people read'] = [...ALLOWED['people read'], 'sandbox only'];

const SUPPORT = ['support', 'support_lead'];
type Place = 'own' | 'foreign' | 'above' | 'below' | 'suspended';
const PLACES: Place[] = ['own', 'foreign', 'above', 'below', 'suspended'];
const ACTS = Object.entries({ ...OPERATION_ACTS, ...FORM_ACTS }).flatMap(([name, act]) =>
  act === 'public' ? [] : [{ name, act }],
);

type Account = Awaited<ReturnType<TestPortal['newAccount']>>;
let portal: TestPortal;
let things: Things;
/** The account that has the things, and the one that a caller of each place is in. */
let accounts: Record<Place, Account>;

beforeAll(async () => {
  portal = await openTestPortal();
  const above = await portal.newAccount({ legalName: 'Meridian Holding' });
  const own = await portal.newAccount({ parentId: above.id });
  const below = await portal.newAccount({ parentId: own.id, legalName: 'Meridian Local' });
  const foreign = await portal.newAccount({ legalName: 'Harbor Logistics' });
  accounts = { own, foreign, above, below, suspended: own };
  things = await furnish(own);
});
afterAll(() => portal.stop());

async function furnish(account: Account): Promise<Things> {
  const accountId = account.id;
  const { csr } = opensslCsr();
  const certificate = await issueCertificate(account.as('owner'), {
    csr,
    environment: 'production',
  });
  await revokeCertificate(account.as('owner'), certificate.id, 'superseded');
  const person = { accountId, email: 'of-matrix@meridian.example', name: 'Vera', role: 'viewer' };
  const { id: personId } = await acrossAccounts(testScope, (tx) =>
    addMember(tx, testScope, { ...person, role: 'viewer' }),
  );
  const client = { accountId, environment: 'production' as const, name: 'matrix' };
  const { id: apiClientId } = await createApiClient(testScope, client);
  const key = { accountId, name: 'matrix', scopes: ['read' as const] };
  const { id: apiKeyId } = await createApiKey(testScope, key);
  const invitationId = newId('invitation');
  return {
    ...{ accountId, certificateId: certificate.id, invitationId, personId, apiKeyId, apiClientId },
  };
}

/** Every kind of caller, as they are in the account of the place. */
function callersIn(place: Place): { who: string; principal: Principal }[] {
  const account = accounts[place];
  const standing = (principal: Principal): Principal =>
    place === 'suspended'
      ? { ...principal, account: { id: account.id, suspended: true } }
      : principal;
  const roles: readonly Role[] = [...MEMBER_ROLES, ...STAFF_ROLES];
  const scopes = ['read', 'certificates', 'enforcement'] as const;
  return [
    ...roles.map((who) => ({ who: who as string, principal: account.as(who) })),
    ...scopes.map((who) => ({ who: who as string, principal: account.key(who) })),
    { who: 'nobody', principal: { ...account.as('viewer'), roles: [] } },
    {
      who: 'sandbox only',
      principal: { ...account.as('manage_mtls'), actsIn: 'sandbox' as const },
    },
    {
      who: 'operator key',
      principal: { ...account.key('read'), keyScopes: ['operator' as const] },
    },
  ].map(({ who, principal }) => ({ who, principal: standing(principal) }));
}

async function outcomeOf(act: Act, principal: Principal): Promise<string> {
  try {
    const reply = await act.run(principal, things);
    return (
      JSON.stringify(reply, (_, value: unknown) =>
        typeof value === 'bigint' ? String(value) : value,
      ) ?? 'done'
    );
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
}

const DENIED = ['forbidden', 'account_suspended', 'unauthenticated', 'reauthentication_required'];

/** What has to come out; `passes` is anything but a denial. */
function expectedOf(act: Act, who: string, place: Place): string {
  const allowed = ALLOWED[act.who].includes(who);
  // A key may read and so gets as far as the suspension; that it is no person comes after.
  if (act.who === 'ask' && place === 'suspended' && who === 'read') return 'account_suspended';
  if (!allowed) return 'forbidden';
  if (act.who === 'operator') return 'passes';
  if (place === 'suspended' && !SUPPORT.includes(who)) return 'account_suspended';
  if (place !== 'own' && place !== 'suspended' && act.object === 'named') return 'not_found';
  return act.bound === 'environment' && who === 'sandbox only' ? 'forbidden' : 'passes';
}

describe('T19: the matrix', () => {
  it('has a row for every operation of the contract', () => {
    expect(Object.keys(OPERATION_ACTS).sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  for (const place of PLACES) {
    it.each(ACTS)(`${place}: $name`, async ({ name, act }) => {
      for (const { who, principal } of callersIn(place)) {
        const expected = expectedOf(act, who, place);
        const outcome = await outcomeOf(act, principal);
        const seen = DENIED.includes(outcome) || expected === 'not_found' ? outcome : 'passes';
        expect(seen, `${who}: ${outcome}`).toBe(expected);
        if (place === 'own' || place === 'suspended' || act.who === 'operator') continue;
        const { accountId: _, personId, ...inside } = things;
        for (const id of Object.values(inside)) expect(outcome, who).not.toContain(id);
        // Below, one sees who of the accounts above may act.
        const sees = place === 'below' && name === 'listMembers' && expected === 'passes';
        expect(outcome.includes(personId), who).toBe(sees);
      }
    });
  }
});
