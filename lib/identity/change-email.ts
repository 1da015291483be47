/** Another address to sign in with: proved by a link to it, and told to the old one. */
import { z } from 'zod';
import { systemScope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS } from '@/lib/kernel/time';
import { sendPersonalMail } from '@/lib/mail/personal';
import { acrossAccounts } from '@/lib/platform/database';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { authorizeOwnSignIn } from './own';
import { issueProof, peekProof, spendProof, voidProofs } from './proofs';
import type { SignedIn } from './read-session';
import { recordOf } from './reset-password';
import { countTry } from './tries';

const CHANGE_MINUTES = 30;
const address = z.email().max(254);

/**
 * Sends a link to the new address. Nothing changes before it is followed; nobody is told whether the address is taken.
 * @throws AppError `invalid_request`, `rate_limited`, `forbidden`, `reauthentication_required`
 */
export async function askEmailChange(found: SignedIn, typed: string): Promise<void> {
  const own = authorizeOwnSignIn(found);
  const parsed = address.safeParse(typed.trim().toLowerCase());
  if (!parsed.success || parsed.data === found.person.email) {
    throw new AppError('invalid_request', {
      detail: 'Type the new e-mail address, one that you do not sign in with yet.',
    });
  }
  await countTry(`email-change|${own.personId}`, 'mail');
  const to = parsed.data;
  await acrossAccounts(own.scope, async (tx) => {
    await voidProofs(tx, own.personId, ['email-change']);
    if (await tx.person.findUnique({ where: { email: to } })) return;
    const secret = await issueProof(tx, {
      ...{ kind: 'email-change', personId: own.personId, data: { to } },
      lastsMs: CHANGE_MINUTES * MINUTE_MS,
    });
    await sendPersonalMail(tx, {
      ...{ address: to, personId: null, reader: found.person.name },
      data: {
        ...{ kind: 'email-change', path: `/email?token=${secret}` },
        ...{ minutes: CHANGE_MINUTES, from: found.person.email },
      },
      key: `email-change/${own.personId}/${own.requestId}`,
    });
  });
}

/** The address a link is about, for the page it leads to; null for a link that works no more. */
export async function emailOffered(secret: string, requestId: string): Promise<string | null> {
  return acrossAccounts(systemScope('authentication', requestId), async (tx) => {
    const proof = await peekProof(tx, { kind: 'email-change', secret });
    return proof?.data.to ?? null;
  });
}

/** @throws AppError `link_over` for a link that works no more */
export async function confirmEmailChange(secret: string, request: RequestFacts): Promise<void> {
  const gone = new AppError('link_over', {
    detail: 'This link was used, or is older than 30 minutes. Ask for a new one at Your sign-in.',
  });
  await acrossAccounts(systemScope('authentication', request.requestId), async (tx) => {
    const proof = await spendProof(tx, { kind: 'email-change', secret });
    const person = proof && (await tx.person.findUnique({ where: { id: proof.personId ?? '' } }));
    const to = proof?.data.to;
    if (!person || person.disabledAt || !to) throw gone;
    // Somebody else may have got it since the link was sent.
    if (await tx.person.findUnique({ where: { email: to } })) throw gone;
    await tx.person.update({ where: { id: person.id }, data: { email: to } });
    await voidProofs(tx, person.id, ['password-reset']);
    await recordOf(tx, person, {
      ...{ request, action: 'person.email-changed' },
      detail: { from: person.email, to },
    });
    await sendPersonalMail(tx, {
      ...{ address: person.email, personId: person.id, reader: person.name },
      data: { kind: 'email-changed', to },
      key: `email-changed/${person.id}/${request.requestId}`,
    });
  });
}
