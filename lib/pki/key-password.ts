/** Passwords of files that hold a private key: what is refused, how good one is, and how one is made. */

declare const brand: unique symbol;

/** Only `keyPassword` makes one. */
export type KeyPassword = string & { readonly [brand]: 'KeyPassword' };

/**
 * Whoever has the file can try passwords without being slowed by anybody. Below twelve characters, even good ones are
 * tried through in days at the iteration counts used here.
 */
export const MIN_PASSWORD_CHARACTERS = 12;
// A PKCS #12 derivation repeats the password for each digest; longer ones protect no better.
const MAX_PASSWORD_CHARACTERS = 128;

/** Why a password is not taken, as a sentence with the fix; null when it is. */
export function passwordFault(text: string): string | null {
  if (/^[\p{White_Space}\p{C}\u3164\u2800]*$/u.test(text)) {
    return 'The password is empty. Type one, or use the one offered.';
  }
  if (/[\p{Cc}\p{Cs}]/u.test(text)) {
    return 'The password has a control character, which few programs can read. Leave it out.';
  }
  const count = [...text].length;
  if (count < MIN_PASSWORD_CHARACTERS) {
    return `The password has ${count} ${count === 1 ? 'character' : 'characters'}. Use at least ${MIN_PASSWORD_CHARACTERS}.`;
  }
  if (count > MAX_PASSWORD_CHARACTERS) {
    return `The password has ${count} characters. Use at most ${MAX_PASSWORD_CHARACTERS}.`;
  }
  return null;
}

/** The password, when nothing speaks against it; null otherwise. */
export function keyPassword(text: string): KeyPassword | null {
  return passwordFault(text) === null ? (text as KeyPassword) : null;
}

/** Java reads no file whose password has other characters ("Password is not ASCII"). */
export function isReadableByJava(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text);
}

export type PasswordStrength = 'guessable' | 'fair' | 'strong';

const FAIR_BITS = 60;
const STRONG_BITS = 80;
const CLASSES: readonly [RegExp, number][] = [
  [/\p{Ll}/u, 26],
  [/\p{Lu}/u, 26],
  [/\p{Nd}/u, 10],
  [/[^\p{L}\p{Nd}]/u, 20],
];

/**
 * How hard a password is to guess, roughly and from below: runs of one character, alphabet and keyboard rows count as
 * one character, and a word that everybody tries first makes the whole guessable.
 */
export function passwordStrength(text: string): PasswordStrength {
  if (/passw[o0]rd|changeit|letmein|secret|qwert[yz]uiop/i.test(text)) return 'guessable';
  const size = CLASSES.reduce((sum, [kind, count]) => sum + (kind.test(text) ? count : 0), 0);
  const different = new Set(text).size;
  const counted = Math.min(unforeseen(text), 2 * different);
  const bits = counted * Math.log2(Math.max(size, 2));
  return bits >= STRONG_BITS ? 'strong' : bits >= FAIR_BITS ? 'fair' : 'guessable';
}

const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm'];

/** How many characters are neither the one before nor its neighbour in an order that everybody knows. */
function unforeseen(text: string): number {
  const characters = [...text.toLowerCase()];
  return characters.filter((character, at) => {
    const before = characters[at - 1];
    if (before === undefined) return true;
    const pair = before + character;
    const reversed = character + before;
    return (
      before !== character && !ROWS.some((row) => row.includes(pair) || row.includes(reversed))
    );
  }).length;
}

// Without letters and digits that are taken for one another.
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
/** How many random octets `passwordOf` takes: 5 bits of each are used, 100 in all. */
export const PASSWORD_OCTETS = 20;

/**
 * A password to write down and type: 20 letters and digits in groups of five, all ASCII, 100 bits.
 * @param octets PASSWORD_OCTETS fresh random octets
 */
export function passwordOf(octets: Uint8Array): string {
  const characters = [...octets.subarray(0, PASSWORD_OCTETS)].map(
    (octet) => ALPHABET[octet & (ALPHABET.length - 1)],
  );
  return characters.join('').match(/.{5}/g)?.join('-') ?? '';
}
