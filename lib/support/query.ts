/** What somebody typed or pasted into support's one box, before anything is looked up. */
import { createHash, createPublicKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { HitKind } from '@/lib/contract/support';
import { ID_PREFIX, type IdKind, idPattern } from '@/lib/kernel/ids';
import { networkOf } from '@/lib/kernel/network';
import { parseCsr } from '@/lib/pki/csr-parse';
import { looksLikePrivateKey } from '@/lib/pki/private-key';

export const MAX_QUERY_CHARACTERS = 65_536;
/** A chain has two or three. */
const MAX_BLOCKS = 10;

export type NamedKind = 'account' | 'certificate' | 'person' | 'apiClient' | 'event';

/** One way to understand a text. Hexadecimal is upper-case and without separators. */
export type Reading =
  | { is: 'id'; of: NamedKind; id: string }
  | { is: 'request'; requestId: string }
  | { is: 'email'; email: string }
  | { is: 'domain'; domain: string }
  | { is: 'certificate'; fingerprint: string; spki: string; serialHex: string }
  | { is: 'key'; spki: string }
  | { is: 'serial'; serialHex: string }
  | { is: 'fingerprint'; sha256: string }
  | { is: 'sha1' }
  | { is: 'address'; address: string }
  | { is: 'network'; network: string; prefix: string }
  /** What an API key begins with, which is no secret. */
  | { is: 'api-key'; prefix: string }
  | { is: 'name'; name: string };

export type Query =
  | { kind: 'nothing' }
  /** Refused: neither kept nor echoed. */
  | { kind: 'private-key' }
  | { kind: 'unreadable'; why: string }
  /** `text` stands for the query in an address; of a file it is what identifies it. */
  | { kind: 'readings'; text: string; readings: Reading[] };

/**
 * Every way in which a text can be meant, the likeliest first. Takes no text for a certificate's number that is a private
 * key, in whatever form.
 */
export function readQuery(typed: string): Query {
  const text = typed.trim();
  if (text === '') return { kind: 'nothing' };
  if (text.length > MAX_QUERY_CHARACTERS) {
    return { kind: 'unreadable', why: 'That is longer than any certificate. Paste one file.' };
  }
  if (looksLikePrivateKey(text)) return { kind: 'private-key' };
  if (text.includes('-----BEGIN ')) return fileQuery(text);
  const key = API_KEY.exec(text)?.groups?.prefix;
  // Of a whole key only its beginning goes on from here.
  if (key)
    return { kind: 'readings', text: `csk_${key}`, readings: [{ is: 'api-key', prefix: key }] };
  const kept = keptFile(text);
  if (kept) return { kind: 'readings', text, readings: [kept] };
  const plain = text.replace(/\s+/g, ' ').slice(0, 300);
  return { kind: 'readings', text: plain, readings: readingsOf(plain) };
}

// Older keys name no environment.
const API_KEY = /\bcsk_(?:(?:prod|sbox|any|op)_)?(?<prefix>[0-9a-z]{12})(?![0-9a-z])/;

/**
 * What the text was understood as: "A serial number, 16 bytes."
 * @param found kinds of what it led to: a name says whose it is
 */
export function understoodAs(reading: Reading, found: readonly HitKind[] = []): string {
  switch (reading.is) {
    case 'id':
      return `The id of ${NAMED[reading.of]}.`;
    case 'request':
      return 'A request id.';
    case 'email':
      return 'An e-mail address.';
    case 'domain':
      return 'A domain of e-mail addresses.';
    case 'certificate':
      return 'A certificate, by its fingerprint and its public key.';
    case 'key':
      return 'A public key.';
    case 'serial':
      return `A serial number, ${reading.serialHex.length / 2} bytes.`;
    case 'fingerprint':
      return 'A SHA-256 fingerprint.';
    case 'sha1':
      return 'As long as a SHA-1 fingerprint, which is not kept.';
    case 'address':
      return 'An IP address.';
    case 'network':
      return `A network, ${reading.network}.`;
    case 'api-key':
      return 'An API key, by how it begins; its secret was not kept.';
    case 'name':
      return nameOf(found);
  }
}

const NAME_OF: Partial<Record<HitKind, string>> = {
  account: 'of an account',
  certificate: 'in a certificate',
  person: 'of a person',
  'api-client': 'of an API client',
};

function nameOf(found: readonly HitKind[]): string {
  const [only, ...others] = [...new Set(found.flatMap((kind) => NAME_OF[kind] ?? []))];
  return only && others.length === 0
    ? `A name ${only}, or how one begins.`
    : 'A name, or how one begins.';
}

const NAMED: Record<NamedKind, string> = {
  account: 'an account',
  certificate: 'a certificate',
  person: 'a person',
  apiClient: 'an API client',
  event: 'an event',
};

const NAMED_KINDS: readonly NamedKind[] = [
  'account',
  'certificate',
  'person',
  'apiClient',
  'event',
];

function readingsOf(text: string): Reading[] {
  const word = text.toLowerCase();
  const named = NAMED_KINDS.find((kind) => hasPrefix(word, kind));
  if (named) return [{ is: 'id', of: named, id: word }];
  if (/^req_[\w-]{4,60}$/.test(text)) return [{ is: 'request', requestId: text }];
  const network = networkReading(word);
  if (network) return [network];
  if (isIP(word) !== 0) return [{ is: 'address', address: word }];
  if (/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(word)) return [{ is: 'email', email: word }];
  const domain = /^@?([a-z0-9-]+(?:\.[a-z0-9-]+)+)$/.exec(word)?.[1];
  const name: Reading = { is: 'name', name: text };
  const numbers = numberReadings(text);
  if (numbers.length > 0) return numbers[0]?.is === 'fingerprint' ? numbers : [...numbers, name];
  return domain ? [{ is: 'domain', domain }, ...(word.startsWith('@') ? [] : [name])] : [name];
}

function hasPrefix(word: string, kind: IdKind): boolean {
  return word.startsWith(`${ID_PREFIX[kind]}_`) && idPattern(kind).test(word);
}

function networkReading(word: string): Reading | null {
  const [address = '', bits] = word.split('/');
  const wildcard = /^(\d{1,3}\.\d{1,3}\.\d{1,3})\.(?:\*|x)$/.exec(word)?.[1];
  const base = wildcard ? `${wildcard}.0` : address;
  const wanted = wildcard ? '24' : bits;
  if (wanted === undefined || isIP(base) === 0) return null;
  const network = networkOf(base);
  if (!network.endsWith(`/${wanted}`)) return null;
  const prefix = network.replace(/0\/24$/, '').replace(/:\/48$/, '');
  return { is: 'network', network, prefix };
}

// openssl, browsers and logs write numbers in many ways: 0x01AB, 01:ab, "01 AB", serial=01AB, a decimal.
const LABEL =
  /^(?:sha-?(?:1|256)(?: fingerprint)?|serial(?: ?number| ?no\.?)?|fingerprint)\s*[:=]?\s*/i;

function numberReadings(text: string): Reading[] {
  const bare = text.replace(LABEL, '').trim();
  const hex = /^(?:0x)?([0-9a-f]{2}(?:[\s:.-]?[0-9a-f]{2})*|[0-9a-f]{5,63})$/i.exec(bare)?.[1];
  const digits = hex?.replace(/[\s:.-]/g, '').toUpperCase() ?? '';
  const readings: Reading[] = [];
  if (digits.length === 64) return [{ is: 'fingerprint', sha256: digits }];
  if (digits.length >= 8 && digits.length <= 40) {
    readings.push({ is: 'serial', serialHex: serialOf(digits) });
  }
  const decimal = bare.replace(/[\s,_]/g, '');
  if (/^\d{10,49}$/.test(decimal)) {
    const serialHex = serialOf(BigInt(decimal).toString(16).toUpperCase());
    if (serialHex.length <= 40) readings.push({ is: 'serial', serialHex });
  }
  if (digits.length === 40) readings.push({ is: 'sha1' });
  return readings;
}

/** Whole bytes, without the octet that only says the number is positive. */
function serialOf(hex: string): string {
  const digits = hex.replace(/^0+(?=.)/, '');
  return digits.length % 2 === 0 ? digits : `0${digits}`;
}

const KEPT_CERTIFICATE =
  /^certificate sha256=([0-9A-F]{64}) key=([0-9A-F]{64}) serial=([0-9A-F]{2,40})$/;
const KEPT_KEY = /^key=([0-9A-F]{64})$/;

function keptFile(text: string): Reading | null {
  const [, fingerprint, spki, serialHex] = KEPT_CERTIFICATE.exec(text) ?? [];
  if (fingerprint && spki && serialHex) return { is: 'certificate', fingerprint, spki, serialHex };
  const key = KEPT_KEY.exec(text)?.[1];
  return key ? { is: 'key', spki: key } : null;
}

// Boxes of one line turn the line ends of a pasted file into spaces.
const BLOCK = /-----BEGIN ([A-Z0-9 ]{1,40})-----([A-Za-z0-9+/=\s]+)-----END \1-----/g;

function fileQuery(text: string): Query {
  const blocks = [...text.matchAll(BLOCK)].slice(0, MAX_BLOCKS);
  const certificates = blocks.flatMap(([, label, body = '']) =>
    label === 'CERTIFICATE' ? (certificateOf(body) ?? []) : [],
  );
  const leaf = certificates.find((one) => !one.ca);
  if (leaf) {
    const fingerprint = leaf.fingerprint256.replaceAll(':', '');
    const spki = spkiOf(leaf.publicKey.export({ type: 'spki', format: 'der' }));
    const serialHex = serialOf(leaf.serialNumber.toUpperCase());
    const readings: Reading[] = [{ is: 'certificate', fingerprint, spki, serialHex }];
    return {
      kind: 'readings',
      text: `certificate sha256=${fingerprint} key=${spki} serial=${serialHex}`,
      readings,
    };
  }
  if (certificates.length > 0) {
    return {
      kind: 'unreadable',
      why: 'Those are certificates of authorities only. Paste the one that the customer presents.',
    };
  }
  const spki = blocks.map(([, label = '', body = '']) => keyOf(label, body)).find((one) => one);
  if (spki) return { kind: 'readings', text: `key=${spki}`, readings: [{ is: 'key', spki }] };
  return {
    kind: 'unreadable',
    why: 'The file is damaged, or neither a certificate nor a signing request. Ask for it again, as an attachment.',
  };
}

function certificateOf(body: string): X509Certificate | null {
  try {
    return new X509Certificate(Buffer.from(body.replace(/\s/g, ''), 'base64'));
  } catch {
    return null;
  }
}

function keyOf(label: string, body: string): string | null {
  const der = Buffer.from(body.replace(/\s/g, ''), 'base64');
  try {
    if (label.endsWith('CERTIFICATE REQUEST')) return spkiOf(parseCsr(der).spki.der);
    if (label !== 'PUBLIC KEY') return null;
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    return spkiOf(key.export({ type: 'spki', format: 'der' }));
  } catch {
    return null;
  }
}

function spkiOf(der: Uint8Array): string {
  return createHash('sha256').update(der).digest('hex').toUpperCase();
}

/**
 * For what stands in an address beside what it led to: only the ways of meaning it that can lead there.
 * @param foundKind of what was found; null: an account, or what has no page of its own
 */
export function understood(text: string, foundKind: HitKind | null = null): string {
  const query = readQuery(text);
  if (query.kind !== 'readings') return '';
  const kinds: readonly HitKind[] = foundKind ? [foundKind] : OF_AN_ACCOUNT;
  const meant = query.readings.flatMap((reading) => {
    const led = LEADS_TO[reading.is].filter((kind) => kinds.includes(kind));
    return led.length > 0 ? [understoodAs(reading, led)] : [];
  });
  const [first] = query.readings;
  return meant.length > 0 ? meant.join(' Or: ') : first ? understoodAs(first) : '';
}

const OF_AN_ACCOUNT: readonly HitKind[] = [
  'account',
  'person',
  'api-client',
  'api-key',
  'passed-call',
];

const LEADS_TO: Record<Reading['is'], readonly HitKind[]> = {
  id: ['account', 'certificate', 'person', 'api-client', 'change'],
  request: ['refused-call', 'passed-call', 'change'],
  email: ['person'],
  domain: ['account', 'person'],
  certificate: ['certificate', 'account', 'refused-call'],
  key: ['certificate', 'account'],
  serial: ['certificate'],
  fingerprint: ['certificate', 'account', 'refused-call'],
  sha1: [],
  address: ['refused-call', 'passed-call'],
  network: ['refused-call', 'passed-call'],
  'api-key': ['api-key'],
  name: ['account', 'certificate', 'person', 'api-client'],
};
