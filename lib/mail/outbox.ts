import { authorize, type DeploymentScope, type Principal, systemScope } from '@/lib/access/scope';
import { acrossAccounts, inScope } from '@/lib/platform/database';
import { openedWords } from './personal';

const NEWEST = 50;

export type SentMail = {
  id: string;
  at: string;
  address: string;
  subject: string;
  text: string;
  state: 'waiting' | 'sent' | 'failed';
};

/** The mails of this account that went to the person who asks, newest first; nobody reads another's. */
export async function listOwnMails(principal: Principal): Promise<SentMail[]> {
  const scope = authorize(principal, 'account.read');
  const personId = scope.actor.id;
  const newest = { orderBy: [{ at: 'desc' as const }, { id: 'desc' as const }], take: NEWEST };
  const ofAccount = await inScope(scope, (tx) =>
    tx.mail.findMany({ where: { accountId: scope.accountId, personId }, ...newest }),
  );
  const personal = await acrossAccounts(systemScope('mail', scope.requestId), (tx) =>
    tx.mail.findMany({ where: { accountId: null, personId }, ...newest }),
  );
  const rows = [...ofAccount, ...personal].sort((a, b) => b.at.getTime() - a.at.getTime());
  return rows.slice(0, NEWEST).map(({ id, at, address, subject, sentAt, failedAt, ...words }) => ({
    id,
    at: at.toISOString(),
    address,
    subject,
    text: openedWords(words).text,
    state: sentAt ? 'sent' : failedAt ? 'failed' : 'waiting',
  }));
}

/** For operators: what could not be delivered, and what waits for another try. */
export async function troubledMails(scope: DeploymentScope) {
  const rows = await acrossAccounts(scope, (tx) =>
    tx.mail.findMany({
      where: { sentAt: null, failure: { not: null } },
      orderBy: { at: 'desc' },
      take: NEWEST,
    }),
  );
  return rows.map(({ id, accountId, address, subject, attempts, failedAt, dueAt, failure }) => ({
    id,
    accountId,
    address,
    subject,
    attempts,
    state: failedAt ? 'given up' : `tried again at ${dueAt?.toISOString() ?? ''}`,
    failure,
  }));
}
