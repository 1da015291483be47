/** People with a password, and what they are while they are signed in, for the integration tests of signing in. */
import type { MemberRole } from '@/lib/access/permissions';
import { addMember } from '@/lib/accounts/manage';
import { acrossAccounts } from '@/lib/platform/database';
import { newSecret } from '@/lib/platform/random';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { testScope } from '@/lib/start-up/testing';
import { openSession, type SignInMethod } from '../open-session';
import { readSession, type SignedIn } from '../read-session';

export const REQUEST: RequestFacts = {
  requestId: 'req_test',
  address: '192.0.2.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
};

export type Someone = {
  id: string;
  email: string;
  name: string;
  password: string;
  /** A session of its own each time. */
  signIn(given?: { method?: SignInMethod; confinedTo?: string }): Promise<SignedIn>;
};

/** A new member of the account. */
export async function someone(
  accountId: string,
  given: { role?: MemberRole; domain?: string } = {},
): Promise<Someone> {
  const { role = 'admin', domain = 'meridian.example' } = given;
  const email = `p${newSecret().slice(0, 10).toLowerCase()}@${domain}`;
  const name = 'Ines Duarte';
  const made = await acrossAccounts(testScope, (tx) =>
    addMember(tx, testScope, { accountId, email, name, role }),
  );
  return {
    ...{ id: made.id, email, name, password: made.password ?? '' },
    async signIn({ method = 'password', confinedTo } = {}) {
      const opened = await acrossAccounts(testScope, (tx) =>
        openSession(tx, {
          ...{ person: { id: made.id, name }, request: REQUEST, method },
          confinedTo: confinedTo ?? null,
        }),
      );
      return now(opened.sessionId);
    },
  };
}

/** What a session stands for at this moment. */
export async function now(sessionId: string): Promise<SignedIn> {
  const found = await readSession(sessionId, 'req_test', 'by a person');
  if (found === null) throw new Error('the session is not open');
  return found;
}

export const isOpen = async (sessionId: string): Promise<boolean> =>
  (await readSession(sessionId, 'req_test')) !== null;
