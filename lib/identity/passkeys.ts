/**
 * Passkeys: discoverable credentials with user verification, so that one alone signs a person in.
 * @see WebAuthn Level 3, 7
 */
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  type RegistrationResponseJSON,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { decodeAttestationObject, isoCBOR } from '@simplewebauthn/server/helpers';
import type { Passkey } from '@/generated/prisma/client';
import { systemScope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { newId } from '@/lib/platform/random';
import type { RequestFacts } from '@/lib/platform/request-facts';
import { authorizeOwnSignIn, recordOwn } from './own';
import { issueProof, spendProof } from './proofs';
import type { SignedIn } from './read-session';
import { replaceRecoveryCodes } from './recovery-codes';
import { dropIdleRecoveryCodes, mayRemove, tellOfFactor } from './second-factor';
import { countTry } from './tries';

const CEREMONY_MS = 5 * MINUTE_MS;
const MAX_PASSKEYS = 20;
const NO_SESSION = 'none';
const NOT_TAKEN = 'The passkey was not taken. Try again, or choose another way.';

/** What a browser needs to make a passkey for this person. */
export async function beginPasskey(
  found: SignedIn,
): Promise<PublicKeyCredentialCreationOptionsJSON> {
  const own = authorizeOwnSignIn(found);
  const { challenge, passkeys } = await acrossAccounts(own.scope, async (tx) => ({
    passkeys: await tx.passkey.findMany({ where: { personId: own.personId } }),
    challenge: await issueProof(tx, {
      ...{ kind: 'passkey-add', personId: own.personId, lastsMs: CEREMONY_MS },
    }),
  }));
  if (passkeys.length >= MAX_PASSKEYS) {
    throw new AppError('invalid_request', {
      detail: `You have ${MAX_PASSKEYS} passkeys already. Remove one first.`,
    });
  }
  return generateRegistrationOptions({
    rpName: `${deployment().providerName} certificates`,
    rpID: relyingParty().id,
    userName: found.person.email,
    userDisplayName: found.person.name,
    // It comes back when the passkey signs in, and says whose it is.
    userID: new TextEncoder().encode(own.personId),
    challenge: bytesOf(challenge),
    attestationType: 'none',
    timeout: CEREMONY_MS,
    excludeCredentials: passkeys.map(({ credentialId }) => ({ id: credentialId })),
    authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
  });
}

/**
 * Keeps a new passkey.
 * @returns recovery codes, once, for who had none before
 * @throws AppError `proof_refused` for what a browser did not make of `beginPasskey`
 */
export async function addPasskey(
  found: SignedIn,
  given: { response: RegistrationResponseJSON; name: string },
): Promise<string[]> {
  const own = authorizeOwnSignIn(found);
  return acrossAccounts(own.scope, async (tx) => {
    const isOurs = async (challenge: string) => {
      const proof = await spendProof(tx, { kind: 'passkey-add', secret: challenge });
      return proof?.personId === own.personId;
    };
    const made = await verifyRegistrationResponse({
      ...expected(withoutAttestation(given.response), isOurs),
      requireUserVerification: true,
    }).catch(notTaken);
    if (!made.verified) throw refusal();
    const { credential, credentialBackedUp } = made.registrationInfo;
    const { count } = await tx.passkey.createMany({
      data: {
        ...{ id: newId('passkey'), personId: own.personId, name: given.name },
        ...{ credentialId: credential.id, publicKey: new Uint8Array(credential.publicKey) },
        ...{ signCount: BigInt(credential.counter), backedUp: credentialBackedUp },
        ...{ transports: credential.transports ?? [], createdAt: currentTime() },
      },
      skipDuplicates: true,
    });
    // Step 26: whose a credential is was said by who brought it first.
    if (count === 0) throw refusal();
    await recordOwn(tx, own, {
      action: 'second-factor.added',
      detail: { what: `the passkey ${given.name}` },
    });
    await tellOfFactor(tx, own, `The passkey ${given.name} was added.`);
    const codes = await tx.recoveryCode.count({ where: { personId: own.personId } });
    return codes > 0 ? [] : replaceRecoveryCodes(tx, own.personId);
  });
}

/** A repeat changes nothing. @throws AppError `second_factor_required` for the last factor where one is required */
export async function removePasskey(found: SignedIn, passkeyId: string): Promise<void> {
  const own = authorizeOwnSignIn(found);
  await acrossAccounts(own.scope, async (tx) => {
    const row = await tx.passkey.findFirst({ where: { id: passkeyId, personId: own.personId } });
    if (!row) return;
    await mayRemove(tx, own, { apps: 0, passkeys: 1 });
    await tx.passkey.delete({ where: { id: row.id } });
    await dropIdleRecoveryCodes(tx, own.personId);
    await recordOwn(tx, own, {
      action: 'second-factor.removed',
      detail: { what: `the passkey ${row.name}` },
    });
    await tellOfFactor(tx, own, `The passkey ${row.name} was removed.`);
  });
}

/**
 * What a browser needs to offer whatever passkey it has for this portal; it says nothing about anybody.
 * @param found whose session asks, which has to bring the answer; null: nobody is signed in
 */
export async function passkeyChallenge(
  request: RequestFacts,
  found: SignedIn | null,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  await countTry(`passkey|${request.address}`);
  const challenge = await acrossAccounts(systemScope('authentication', request.requestId), (tx) =>
    issueProof(tx, {
      ...{ kind: 'passkey', personId: null, lastsMs: CEREMONY_MS },
      data: { sessionId: found?.sessionId ?? NO_SESSION },
    }),
  );
  return generateAuthenticationOptions({
    rpID: relyingParty().id,
    challenge: bytesOf(challenge),
    userVerification: 'required',
    timeout: CEREMONY_MS,
  });
}

/**
 * Whose passkey answered the challenge.
 * @param given.found whose session brings the answer: a challenge is of the session that asked for it
 * @throws AppError `proof_refused`, in the same words for every reason
 * @see WebAuthn Level 3, 7.2
 */
export async function proveByPasskey(
  tx: Tx,
  { response, found }: { response: AuthenticationResponseJSON; found: SignedIn | null },
): Promise<{ id: string; name: string }> {
  const passkey = await tx.passkey.findUnique({
    where: { credentialId: response.id },
    include: { person: true },
  });
  if (!passkey || passkey.person.disabledAt) throw refusal();
  // Step 6: nobody was named before, so the passkey itself has to say whose it is.
  const { userHandle } = response.response;
  if (!userHandle || Buffer.from(userHandle, 'base64url').toString() !== passkey.personId) {
    throw refusal();
  }
  const isOurs = async (challenge: string) => {
    const proof = await spendProof(tx, { kind: 'passkey', secret: challenge });
    return proof?.data.sessionId === (found?.sessionId ?? NO_SESSION);
  };
  const proved = await verifyAuthenticationResponse({
    ...expected(response, isOurs),
    credential: credentialOf(passkey),
    requireUserVerification: true,
  }).catch(notTaken);
  if (!proved.verified) throw refusal();
  const { newCounter } = proved.authenticationInfo;
  const { count } = await tx.passkey.updateMany({
    // Step 22: of two with one count at once, which only a copy makes, one is behind.
    where: { id: passkey.id, signCount: passkey.signCount },
    data: { signCount: BigInt(newCounter), lastUsedAt: currentTime() },
  });
  if (count === 0) throw refusal();
  return { id: passkey.personId, name: passkey.person.name };
}

/**
 * The answer as if it said nothing of its make, which we do not ask for. What it might say is certificates of its own
 * choosing, and the library asks for revocation lists at whatever addresses those name (row T22).
 * @throws AppError `proof_refused`
 */
function withoutAttestation(given: RegistrationResponseJSON): RegistrationResponseJSON {
  const { attestationObject, ...response } = given.response;
  try {
    const bare = new Map<string, string | Uint8Array | Map<string, never>>([
      ['fmt', 'none'],
      ['attStmt', new Map<string, never>()],
      ['authData', decodeAttestationObject(bytesOf(attestationObject)).get('authData')],
    ]);
    const text = Buffer.from(isoCBOR.encode(bare)).toString('base64url');
    return { ...given, response: { ...response, attestationObject: text } };
  } catch (error) {
    throw refusal(error);
  }
}

function expected<R>(response: R, expectedChallenge: (challenge: string) => Promise<boolean>) {
  const { id, origin } = relyingParty();
  return { response, expectedChallenge, expectedOrigin: origin, expectedRPID: id };
}

/** @see WebAuthn Level 3, 5.1.2: the host without port */
function relyingParty(): { id: string; origin: string } {
  const { hostname, origin } = new URL(deployment().publicUrl);
  return { id: hostname, origin };
}

function credentialOf({ credentialId, publicKey, signCount }: Passkey) {
  return { id: credentialId, publicKey: new Uint8Array(publicKey), counter: Number(signCount) };
}

function bytesOf(secret: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(secret, 'base64url'));
}

function refusal(cause?: unknown): AppError {
  return new AppError('proof_refused', { detail: NOT_TAKEN, cause });
}

/** The library throws for whatever is wrong with an answer; an error of the database stays what it is. */
function notTaken(error: unknown): never {
  if (error instanceof Error && /prisma/i.test(error.name)) throw error;
  throw refusal(error);
}
