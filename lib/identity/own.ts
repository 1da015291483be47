import {
  type DeploymentScope,
  type Principal,
  requireProved,
  systemScope,
} from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import type { Tx } from '@/lib/platform/database';
import type { SignedIn } from './read-session';

/** The right to one's own sign-in, which no role gives and no key has. */
export type Own = {
  scope: DeploymentScope;
  personId: string;
  sessionId: string;
  confinedTo: string | null;
  actor: Principal['actor'];
  requestId: string;
  /** Where what is done to it is recorded. */
  chain: string;
};

/** First statement of what a person does to their own sign-in. @throws AppError `forbidden` */
export function authorizeOwn({ principal, sessionId, confinedTo }: SignedIn): Own {
  const { actor, requestId, account } = principal;
  if (actor.kind !== 'person') {
    throw new AppError('forbidden', { detail: 'This is done by people, signed in to the portal.' });
  }
  return {
    scope: systemScope('authentication', requestId),
    ...{ personId: actor.id, sessionId, confinedTo, actor, requestId },
    chain: account?.id ?? DEPLOYMENT_CHAIN,
  };
}

/**
 * As `authorizeOwn`, for what would outlast the session: whoever runs an account's identity provider can sign in as its
 * people, and must not leave a password or a passkey behind that opens their other accounts.
 * @throws AppError `forbidden`, `reauthentication_required`
 */
export function authorizeOwnSignIn(found: SignedIn): Own {
  const own = authorizeOwn(found);
  requireProved(found.principal);
  if (own.confinedTo === null) return own;
  throw new AppError('forbidden', {
    detail:
      "You were signed in by your account's own identity provider. Sign in with your password or passkey to change them.",
  });
}

export async function recordOwn(
  tx: Tx,
  own: Own,
  event: { action: string; detail?: Record<string, string | number> },
): Promise<void> {
  const { chain, actor, requestId, personId } = own;
  await recordEvent(tx, {
    ...{ chain, actor, requestId },
    action: event.action,
    object: { kind: 'person', id: personId },
    detail: event.detail ?? {},
  });
}
