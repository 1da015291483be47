import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { newId } from '@/lib/platform/random';
import type { RequestFacts } from '@/lib/platform/request-facts';

export type SignInMethod = 'password' | 'passkey' | 'sso';
export type Opened = { sessionId: string; personId: string };

/**
 * Opens a session for somebody who has proved to be the person, and records it in the account it looks at.
 * @param given.confinedTo the only account it reaches; null: all of the person's
 * @param given.detail what of the sign-in belongs into the record
 */
export async function openSession(
  tx: Tx,
  given: {
    person: { id: string; name: string };
    request: RequestFacts;
    method: SignInMethod;
    confinedTo: string | null;
    detail?: Record<string, string>;
  },
): Promise<Opened> {
  const { person, request, method, confinedTo, detail = {} } = given;
  const now = currentTime();
  const membership = confinedTo
    ? { accountId: confinedTo }
    : await tx.membership.findFirst({
        where: { personId: person.id, disabledAt: null },
        orderBy: { createdAt: 'asc' },
      });
  const session = await tx.session.create({
    data: {
      id: newId('session'),
      personId: person.id,
      accountId: membership?.accountId ?? null,
      confinedTo,
      createdAt: now,
      lastSeenAt: now,
      authenticatedAt: now,
      expiresAt: new Date(now.getTime() + deployment().sessionLimits.absoluteMs),
      userAgent: request.userAgent,
      address: request.address,
      method,
    },
  });
  await recordEvent(tx, {
    chain: membership?.accountId ?? DEPLOYMENT_CHAIN,
    actor: { kind: 'person', id: person.id, name: person.name },
    requestId: request.requestId,
    action: 'session.opened',
    object: { kind: 'session', id: session.id },
    detail: { method, ...detail },
  });
  return { sessionId: session.id, personId: person.id };
}
