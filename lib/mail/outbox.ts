import { authorize, type DeploymentScope, type Principal } from '@/lib/access/scope';
import { acrossAccounts, inScope } from '@/lib/platform/database';

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
  const rows = await inScope(scope, (tx) =>
    tx.mail.findMany({
      where: { accountId: scope.accountId, personId: scope.actor.id },
      orderBy: [{ at: 'desc' }, { id: 'desc' }],
      take: NEWEST,
    }),
  );
  return rows.map(({ id, at, address, subject, text, sentAt, failedAt }) => ({
    id,
    at: at.toISOString(),
    address,
    subject,
    text,
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
