/**
 * Which API client a request names. Read from raw headers, because `req.headers` keeps the first of two
 * Authorization lines while both would be forwarded: edge and upstream would then see different callers.
 */
import type { HeaderLine } from '@/lib/edge/headers';

export const IDENTITY_SOURCES = ['basic', 'apikey', 'client-id', 'x-auth-client'] as const;
export type IdentitySource = (typeof IDENTITY_SOURCES)[number];

/** Either every name found, one per source (they may disagree), or the request is malformed. */
export type Identity = { names: readonly string[] } | { malformed: string };

type Reading = { name: string } | 'none' | 'malformed';

const MAX_NAME_BYTES = 255;
const NAME_HEADERS: readonly IdentitySource[] = ['client-id', 'x-auth-client'];

/**
 * The names from every configured source. A source that is present twice, or present and unreadable, makes the
 * request malformed: guessing which one the upstream would believe is how callers are confused.
 * @see RFC 7617, 2 for Basic
 */
export function identityOf(
  lines: readonly HeaderLine[],
  sources: readonly IdentitySource[],
): Identity {
  const names: string[] = [];
  const readers: { header: string; read: (value: string) => Reading }[] = [
    { header: 'authorization', read: (value) => fromAuthorization(value, sources) },
    ...NAME_HEADERS.filter((source) => sources.includes(source)).map((header) => ({
      header,
      read: (value: string) => nameOf(Buffer.from(value, 'latin1')),
    })),
  ];
  for (const { header, read } of readers) {
    const found = lines.filter((line) => line.name.toLowerCase() === header);
    const [line, ...others] = found;
    if (line === undefined) continue;
    if (others.length > 0) return { malformed: `${header} is sent ${found.length} times` };
    const reading = read(line.value);
    if (reading === 'malformed') return { malformed: `${header} cannot be read` };
    if (reading !== 'none') names.push(reading.name);
  }
  return { names };
}

/** The configured kinds of Authorization, and those that are known but not configured: the latter are not forwarded. */
export function authorizationSource(value: string): IdentitySource | null {
  const scheme = /^([^\s]+)/.exec(value)?.[1]?.toLowerCase();
  return scheme === 'basic' || scheme === 'apikey' ? scheme : null;
}

function fromAuthorization(value: string, sources: readonly IdentitySource[]): Reading {
  const source = authorizationSource(value);
  if (source === null || !sources.includes(source)) return 'none';
  const credentials = /^[^\s]+ +([^\s].*)$/.exec(value)?.[1];
  if (credentials === undefined) return 'malformed';
  const bytes = source === 'basic' ? strictBase64(credentials) : Buffer.from(credentials, 'latin1');
  const colon = bytes?.indexOf(0x3a) ?? -1;
  if (bytes === null || colon < 0) return 'malformed';
  return nameOf(bytes.subarray(0, colon));
}

/** Buffer.from ignores what is not base64; the upstream may not. */
function strictBase64(text: string): Buffer | null {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return null;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64').replace(/=+$/, '') === text.replace(/=+$/, '') ? bytes : null;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** 1 to 255 bytes of UTF-8 without control characters or white space at either end. */
function nameOf(bytes: Uint8Array): Reading {
  if (bytes.length === 0 || bytes.length > MAX_NAME_BYTES) return 'malformed';
  try {
    const name = UTF8.decode(bytes);
    return /\p{Cc}/u.test(name) || name.trim() !== name ? 'malformed' : { name };
  } catch {
    return 'malformed';
  }
}
