/** The second factor of a person: an authenticator app, with recovery codes. Passkeys are in passkeys.ts. */
import { encode } from 'uqr';
import { AppError } from '@/lib/kernel/errors';
import { sendPersonalMail } from '@/lib/mail/personal';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { authorizeOwn, authorizeOwnSignIn, type Own, recordOwn } from './own';
import type { SignedIn } from './read-session';
import { replaceRecoveryCodes, spendRecoveryCode } from './recovery-codes';
import { newTotpSecret, stepOfCode, totpUri } from './totp';
import { countTry, forgetTries } from './tries';

export type PasskeyView = {
  id: string;
  name: string;
  createdAt: string;
  lastUsedAt: string | null;
};
export type FactorsView = {
  app:
    | { state: 'none' }
    | { state: 'begun'; secret: string; qr: { size: number; path: string } }
    | { state: 'on'; since: string };
  passkeys: PasskeyView[];
  recoveryCodesLeft: number;
  /** Names of the accounts that require a second factor of this person. */
  requiredBy: string[];
};

export async function ownFactors(found: SignedIn): Promise<FactorsView> {
  const own = authorizeOwn(found);
  return acrossAccounts(own.scope, async (tx) => {
    const person = await tx.person.findUniqueOrThrow({
      where: { id: own.personId },
      include: { passkeys: { orderBy: { createdAt: 'asc' } } },
    });
    const recoveryCodesLeft = await tx.recoveryCode.count({
      where: { personId: own.personId, usedAt: null },
    });
    return {
      app: appView(person),
      passkeys: person.passkeys.map(({ id, name, createdAt, lastUsedAt }) => ({
        id,
        name,
        createdAt: createdAt.toISOString(),
        lastUsedAt: lastUsedAt?.toISOString() ?? null,
      })),
      recoveryCodesLeft,
      requiredBy: await requiringAccounts(tx, own.personId),
    };
  });
}

/** Makes a secret to be read into an app. Nothing is asked for before a code of it was typed. */
export async function beginApp(found: SignedIn): Promise<void> {
  const own = authorizeOwnSignIn(found);
  await acrossAccounts(own.scope, (tx) =>
    tx.person.updateMany({
      where: { id: own.personId, totpSince: null },
      data: { totpSecret: deployment().seal(newTotpSecret()), totpStep: null },
    }),
  );
}

/**
 * Turns the app on, once a code shows that it has the secret.
 * @returns the recovery codes, once
 * @throws AppError `proof_refused`, `rate_limited`
 */
export async function turnOnApp(found: SignedIn, code: string): Promise<string[]> {
  const own = authorizeOwnSignIn(found);
  await countTry(own.personId, 'code');
  const codes = await acrossAccounts(own.scope, async (tx) => {
    const person = await tx.person.findUniqueOrThrow({ where: { id: own.personId } });
    const step =
      person.totpSecret && !person.totpSince
        ? stepOfCode(plain(code), deployment().open(person.totpSecret), currentTime())
        : null;
    if (step === null) return null;
    await tx.person.update({
      where: { id: own.personId },
      data: { totpSince: currentTime(), totpStep: step },
    });
    await recordOwn(tx, own, { action: 'second-factor.added', detail: { what: 'an app' } });
    await tellOfFactor(tx, own, 'An authenticator app was added.');
    return replaceRecoveryCodes(tx, own.personId);
  });
  if (codes === null) {
    throw new AppError('proof_refused', {
      detail:
        'The code is not right. Type the six digits that the app shows now; if they are refused again, check the clock of the phone.',
    });
  }
  await forgetTries(own.personId, 'code');
  return codes;
}

/** @throws AppError `confirmation_required` where it is the last factor and an account requires one */
export async function removeApp(found: SignedIn): Promise<void> {
  const own = authorizeOwnSignIn(found);
  await acrossAccounts(own.scope, async (tx) => {
    await mayRemove(tx, own, { apps: 1, passkeys: 0 });
    const { count } = await tx.person.updateMany({
      where: { id: own.personId, totpSecret: { not: null } },
      data: { totpSecret: null, totpSince: null, totpStep: null },
    });
    if (count === 0) return;
    await dropIdleRecoveryCodes(tx, own.personId);
    await recordOwn(tx, own, { action: 'second-factor.removed', detail: { what: 'the app' } });
    await tellOfFactor(tx, own, 'The authenticator app was removed.');
  });
}

/** @returns ten new codes; the old ones are worth nothing */
export async function renewRecoveryCodes(found: SignedIn): Promise<string[]> {
  const own = authorizeOwnSignIn(found);
  return acrossAccounts(own.scope, async (tx) => {
    await recordOwn(tx, own, { action: 'recovery-codes.renewed' });
    await tellOfFactor(tx, own, 'New recovery codes were made; the old ones are worth nothing.');
    return replaceRecoveryCodes(tx, own.personId);
  });
}

/**
 * Whether a code of the app, or a recovery code, is right; it is used up then.
 * @throws AppError `rate_limited`
 */
export async function proveByCode(
  tx: Tx,
  personId: string,
  typed: string,
): Promise<'app' | 'recovery code' | null> {
  await countTry(personId, 'code');
  const code = plain(typed);
  const person = await tx.person.findUniqueOrThrow({ where: { id: personId } });
  const way = await usedCode(tx, person, code);
  if (way) await forgetTries(personId, 'code');
  return way;
}

async function usedCode(
  tx: Tx,
  person: { id: string; totpSecret: string | null; totpSince: Date | null },
  code: string,
): Promise<'app' | 'recovery code' | null> {
  if (!/^\d{6}$/.test(code)) {
    return (await spendRecoveryCode(tx, person.id, code)) ? 'recovery code' : null;
  }
  if (!person.totpSecret || !person.totpSince) return null;
  const step = stepOfCode(code, deployment().open(person.totpSecret), currentTime());
  if (step === null) return null;
  // Of two that come with one code at once, one finds the step taken.
  const { count } = await tx.person.updateMany({
    where: { id: person.id, OR: [{ totpStep: null }, { totpStep: { lt: step } }] },
    data: { totpStep: step },
  });
  return count === 1 ? 'app' : null;
}

/** @throws AppError `confirmation_required` when nothing would be left where a second factor is required */
export async function mayRemove(
  tx: Tx,
  own: Own,
  going: { apps: number; passkeys: number },
): Promise<void> {
  const person = await tx.person.findUniqueOrThrow({
    where: { id: own.personId },
    include: { _count: { select: { passkeys: true } } },
  });
  const had = (person.totpSince ? 1 : 0) + person._count.passkeys;
  const left = (person.totpSince ? 1 - going.apps : 0) + person._count.passkeys - going.passkeys;
  if (left > 0 || had === 0) return;
  const accounts = await requiringAccounts(tx, own.personId);
  if (accounts.length === 0) return;
  throw new AppError('second_factor_required', {
    detail: `${accounts.join(', ')} requires a second factor. Add another one before you remove this one.`,
  });
}

/** The codes stand in for a factor; without one they would be a second password. */
export async function dropIdleRecoveryCodes(tx: Tx, personId: string): Promise<void> {
  const person = await tx.person.findUniqueOrThrow({
    where: { id: personId },
    include: { _count: { select: { passkeys: true } } },
  });
  if (person.totpSince || person._count.passkeys > 0) return;
  await tx.recoveryCode.deleteMany({ where: { personId } });
}

export async function tellOfFactor(tx: Tx, own: Own, what: string): Promise<void> {
  const person = await tx.person.findUniqueOrThrow({ where: { id: own.personId } });
  await sendPersonalMail(tx, {
    ...{ address: person.email, personId: person.id, reader: person.name },
    data: { kind: 'second-factor-changed', what },
    key: `factor/${person.id}/${own.requestId}/${what}`,
  });
}

async function requiringAccounts(tx: Tx, personId: string): Promise<string[]> {
  const rows = await tx.$queryRaw<{ name: string }[]>`
    SELECT a.name FROM membership m JOIN account a ON a.id = m.account_id
    JOIN account_security s ON s.account_id = a.id AND s.second_factor_since IS NOT NULL
    WHERE m.person_id = ${personId} AND m.disabled_at IS NULL ORDER BY a.name`;
  return rows.map(({ name }) => name);
}

function appView(person: {
  email: string;
  totpSecret: string | null;
  totpSince: Date | null;
}): FactorsView['app'] {
  if (person.totpSince) return { state: 'on', since: person.totpSince.toISOString() };
  if (!person.totpSecret) return { state: 'none' };
  const { open, providerName } = deployment();
  const secret = open(person.totpSecret);
  const uri = totpUri({ secret, email: person.email, issuer: `${providerName} certificates` });
  return { state: 'begun', secret, qr: qrOf(uri) };
}

/** As one path of unit squares: shapes in attributes need no style. */
function qrOf(text: string): { size: number; path: string } {
  const { data, size } = encode(text, { border: 2 });
  const squares = data.flatMap((row, y) =>
    row.flatMap((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : [])),
  );
  return { size, path: squares.join('') };
}

function plain(code: string): string {
  return code
    .trim()
    .replace(/^(\d{3})\s(\d{3})$/, '$1$2')
    .slice(0, 100);
}
