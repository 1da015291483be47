import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { authorizeOwn, type Own } from './own';
import { authenticationAnswer } from './passkey-answers';
import { proveByPasskey } from './passkeys';
import { passwordMatches } from './passwords';
import type { SignedIn } from './read-session';
import { proveByCode } from './second-factor';
import { countTry } from './tries';

/**
 * A person shows once more that it is them, by password or by a code of their app; what asks for that may be done for
 * the next 30 minutes in this session. Nothing that was refused before is repeated.
 * @throws AppError `proof_refused`, `rate_limited`, `forbidden` for who signs in elsewhere
 */
export async function confirmItIsMe(found: SignedIn, proof: string): Promise<void> {
  const own = authorizeOwn(found);
  if (own.confinedTo !== null) {
    throw new AppError('forbidden', {
      detail: "Your account's identity provider signs you in. Sign in there again.",
    });
  }
  await countTry(`person|${own.personId}`);
  const person = await acrossAccounts(own.scope, (tx) =>
    tx.person.findUniqueOrThrow({ where: { id: own.personId } }),
  );
  const isCode = /^\s*\d{3}\s?\d{3}\s*$/.test(proof) && person.totpSince !== null;
  const proved = isCode
    ? await acrossAccounts(own.scope, (tx) => proveByCode(tx, own.personId, proof))
    : await passwordMatches(proof, person.passwordHash);
  if (!proved) {
    throw new AppError('proof_refused', {
      detail: `The ${isCode ? 'code' : 'password'} is not right. Nothing was changed; try again.`,
    });
  }
  await acrossAccounts(own.scope, (tx) => noteProved(tx, own));
}

/** The same by a passkey of theirs. @throws AppError `proof_refused`, `invalid_request` */
export async function confirmByPasskey(found: SignedIn, answer: unknown): Promise<void> {
  const own = authorizeOwn(found);
  await acrossAccounts(own.scope, async (tx) => {
    const person = await proveByPasskey(tx, { response: authenticationAnswer(answer), found });
    if (person.id !== own.personId || own.confinedTo !== null) {
      throw new AppError('proof_refused', {
        detail: 'That passkey is of another sign-in than this one. Choose another.',
      });
    }
    await noteProved(tx, own);
  });
}

async function noteProved(tx: Tx, own: Own): Promise<void> {
  await tx.session.update({
    where: { id: own.sessionId },
    data: { authenticatedAt: currentTime() },
  });
}
