/** A new password for who has lost theirs, by a link to their address. */
import { systemScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { HOUR_MS, MINUTE_MS } from '@/lib/kernel/time';
import { sendPersonalMail } from '@/lib/mail/personal';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { sha256 } from '@/lib/platform/random';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { mustBeGoodPassword } from './password-rules';
import { hashPassword } from './passwords';
import { issueProof, peekProof, spendProof, voidProofs } from './proofs';
import { countTry } from './tries';

export const RESET_MINUTES = 30;
const MAILS_AN_HOUR = 3;

/** Before anything is looked up: what an address asks for is bounded. @throws AppError `rate_limited` */
export async function mayAskForReset(request: RequestFacts): Promise<void> {
  await countTry(`reset|${request.address}`, 'mail');
}

/**
 * Sends a link to a person with this address, if there is one; nobody is told whether there is. Its time says as much,
 * so whoever asked has their answer before this runs.
 */
export async function sendReset(typed: string, request: RequestFacts): Promise<void> {
  const email = typed.trim().toLowerCase();
  await acrossAccounts(systemScope('authentication', request.requestId), async (tx) => {
    const person = await tx.person.findFirst({ where: { email, disabledAt: null } });
    if (!person || (await sentLately(tx, person.id)) >= MAILS_AN_HOUR) return;
    await voidProofs(tx, person.id, ['password-reset']);
    const lastsMs = RESET_MINUTES * MINUTE_MS;
    const secret = await issueProof(tx, { kind: 'password-reset', personId: person.id, lastsMs });
    await sendPersonalMail(tx, {
      ...{ address: email, personId: person.id, reader: person.name },
      data: { kind: 'password-reset', path: `/reset?token=${secret}`, minutes: RESET_MINUTES },
      // A name that says nothing of the secret.
      key: `reset/${Buffer.from(sha256(secret)).toString('hex').slice(0, 20)}`,
    });
  });
}

/** Whether a link still works, for the page it leads to, which uses nothing up. */
export async function resetIsOpen(secret: string, requestId: string): Promise<boolean> {
  const scope = systemScope('authentication', requestId);
  return acrossAccounts(
    scope,
    async (tx) => (await peekProof(tx, { kind: 'password-reset', secret })) !== null,
  );
}

/**
 * Sets the password, once for each link, and ends every session of the person. A second factor stays asked for.
 * @throws AppError `link_over`, `invalid_request` with what is wrong with the password
 */
export async function resetPassword(
  given: { secret: string; password: string },
  request: RequestFacts,
): Promise<void> {
  const scope = systemScope('authentication', request.requestId);
  const kind = 'password-reset' as const;
  const { secret, password } = given;
  const person = await acrossAccounts(scope, async (tx) => {
    const proof = await peekProof(tx, { kind, secret });
    return proof && tx.person.findUnique({ where: { id: proof.personId ?? '' } });
  });
  if (!person || person.disabledAt) throw gone();
  mustBeGoodPassword(password, person);
  const passwordHash = await hashPassword(password);
  await acrossAccounts(scope, async (tx) => {
    if (!(await spendProof(tx, { kind, secret }))) throw gone();
    const now = currentTime();
    await tx.person.update({
      where: { id: person.id },
      data: { passwordHash, passwordChangedAt: now },
    });
    await tx.session.updateMany({
      where: { personId: person.id, revokedAt: null },
      data: { revokedAt: now },
    });
    await voidProofs(tx, person.id, ['email-change']);
    await recordOf(tx, person, { request, action: 'person.password-reset', detail: {} });
    await sendPersonalMail(tx, {
      ...{ address: person.email, personId: person.id, reader: person.name },
      data: { kind: 'password-changed', how: 'reset' },
      key: `password-reset/${person.id}/${now.toISOString()}`,
    });
  });
}

/** In the account that the person has been a member of for longest. */
export async function recordOf(
  tx: Tx,
  person: { id: string; name: string },
  event: { request: RequestFacts; action: string; detail: Record<string, string> },
): Promise<void> {
  const membership = await tx.membership.findFirst({
    where: { personId: person.id, disabledAt: null },
    orderBy: { createdAt: 'asc' },
  });
  await recordEvent(tx, {
    chain: membership?.accountId ?? DEPLOYMENT_CHAIN,
    actor: { kind: 'person', id: person.id, name: person.name },
    requestId: event.request.requestId,
    action: event.action,
    object: { kind: 'person', id: person.id },
    detail: event.detail,
  });
}

function sentLately(tx: Tx, personId: string): Promise<number> {
  const since = new Date(currentTime().getTime() - HOUR_MS);
  return tx.mail.count({
    where: { personId, noticeKey: { startsWith: 'personal/reset/' }, at: { gt: since } },
  });
}

function gone(): AppError {
  return new AppError('link_over', {
    detail:
      'This link was used, replaced by a newer one, or is older than 30 minutes. Ask for a new one.',
  });
}
