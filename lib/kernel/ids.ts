/** Prefixes tell a reader of a log what an id names. */
export const ID_PREFIX = {
  account: 'acc',
  person: 'usr',
  membership: 'mem',
  invitation: 'inv',
  session: 'ses',
  passkey: 'psk',
  ssoConnection: 'sso',
  certificate: 'crt',
  intent: 'int',
  apiClient: 'cli',
  apiKey: 'key',
  issuer: 'iss',
  edge: 'edg',
  event: 'evt',
  mail: 'mai',
  ocspResponder: 'rsp',
  supportAct: 'act',
} as const;

export type IdKind = keyof typeof ID_PREFIX;

/** What an id of this kind looks like; anything else names nothing. */
export function idPattern(kind: IdKind): RegExp {
  return new RegExp(`^${ID_PREFIX[kind]}_[0-9a-hjkmnp-tv-z]{26}$`);
}

/** For values whose type is only claimed: a bound argument of a server action is whatever a client sent. */
export function isId(kind: IdKind, value: unknown): value is string {
  return typeof value === 'string' && idPattern(kind).test(value);
}

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * An id that sorts by time of making: prefix, 48-bit milliseconds, 80 random bits, Crockford base 32.
 * @param random at least 10 bytes from a cryptographic source
 */
export function idFrom(kind: IdKind, nowMs: number, random: Uint8Array): string {
  let bits = BigInt(nowMs);
  for (let index = 0; index < 10; index += 1) bits = (bits << 8n) | BigInt(random[index] ?? 0);
  let text = '';
  for (let digit = 0; digit < 26; digit += 1) {
    text = CROCKFORD.charAt(Number(bits & 31n)) + text;
    bits >>= 5n;
  }
  return `${ID_PREFIX[kind]}_${text}`;
}
