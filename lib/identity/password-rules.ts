/** What a password has to be. Length is what counts (NIST SP 800-63B, 5.1.1.2); no mix of characters is demanded. */
import { AppError } from '@/lib/kernel/errors';
import { PASSWORD_MAX_CHARACTERS, PASSWORD_MIN_CHARACTERS } from '@/lib/kernel/password-length';
import { COMMON_PASSWORDS } from './common-passwords';

const SHORTEST_PART = 4;

/** @throws AppError `invalid_request` that says what is wrong with it */
export function mustBeGoodPassword(
  password: string,
  person: { email: string; name: string },
): void {
  const fault = passwordFault(password, person);
  if (fault) throw new AppError('invalid_request', { detail: `${fault} Nothing was changed.` });
}

/** One sentence with what to do; null for a password that is taken. */
export function passwordFault(
  password: string,
  { email, name }: { email: string; name: string },
): string | null {
  const length = [...password].length;
  if (length < PASSWORD_MIN_CHARACTERS) {
    return `The new password has ${length} characters. Use at least ${PASSWORD_MIN_CHARACTERS}; a few words in a row are good.`;
  }
  if (password.length > PASSWORD_MAX_CHARACTERS) {
    return `The new password has ${length} characters. Use at most ${PASSWORD_MAX_CHARACTERS}.`;
  }
  const plain = password.toLowerCase().trim();
  if (COMMON_PASSWORDS.has(plain) || new Set(plain).size < SHORTEST_PART) {
    return 'The new password is among the first that are guessed. Use another one.';
  }
  const own = [
    email,
    email.split('@')[0] ?? '',
    email.split('@')[1] ?? '',
    name,
    ...name.split(/\s+/),
  ]
    .map((part) => part.toLowerCase())
    .filter((part) => part.length >= SHORTEST_PART);
  // What is left after taking off what everybody knows of you has to be long enough to be a secret.
  const rest = own.reduce((left, part) => left.replaceAll(part, ''), plain);
  if (rest.length < plain.length && rest.length < PASSWORD_MIN_CHARACTERS / 2) {
    return 'The new password is made of your name or address. Use one that says nothing about you.';
  }
  return null;
}
