/** Requests for tests: made by the real openssl, or composed octet by octet where openssl would refuse to. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { TAG } from './der';
import { bitString, context, octetString, oid, sequence, setOf, text, tlv } from './der-write';
import { OID, SUBJECT_TYPE } from './oids';
import { pemOf } from './pem';

// The search for primes of an RSA key, and scrypt, take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export const LEGAL_NAME = 'Meridian Freight';
export const GOOD_SUBJECT = `/C=US/ST=California/L=Oakland/O=${LEGAL_NAME}/CN=erp.meridian.example`;

/** Runs openssl in a folder of its own and hands it over before it is removed. */
export function inFolder<T>(
  work: (folder: string, openssl: (...args: string[]) => string) => T,
): T {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-pki-'));
  const openssl = (...args: string[]) =>
    execFileSync('openssl', args, { cwd: folder, stdio: 'pipe', encoding: 'utf8' });
  try {
    return work(folder, openssl);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A request by `openssl req`, PEM. `key` is what stands after -newkey. */
export function opensslRequest(options: {
  key?: readonly string[];
  subject?: string;
  args?: readonly string[];
  /** Lines of a section of requested extensions. */
  extensions?: string;
}): string {
  const { key = EC_P256, subject = GOOD_SUBJECT, args = [], extensions } = options;
  return inFolder((folder, openssl) => {
    const config = `[req]\ndistinguished_name=dn\nstring_mask=utf8only\n[dn]\n[ext]\n${extensions ?? ''}\n`;
    writeFileSync(join(folder, 'req.cnf'), config);
    const asked = extensions === undefined ? [] : ['-reqexts', 'ext'];
    const made = ['-newkey', ...key, '-nodes', '-keyout', 'a.key', '-out', 'a.csr'];
    openssl('req', '-new', '-config', 'req.cnf', '-subj', subject, ...made, ...asked, ...args);
    return readFileSync(join(folder, 'a.csr'), 'utf8');
  });
}

export const EC_P256 = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] as const;

type Composed = {
  subject?: readonly SubjectPart[];
  spkiDer?: Uint8Array;
  /** Each one Attribute. */
  attributes?: readonly Uint8Array[];
  version?: number;
  signatureAlgorithm?: Uint8Array;
  signature?: Uint8Array;
  key?: { publicKey: KeyObject; privateKey: KeyObject };
};
/** Short name of the type, value, and the tag where it is not UTF8String. */
export type SubjectPart = readonly [type: string, value: string | Uint8Array, tag?: number];

export const EC_KEY = generateKeyPairSync('ec', { namedCurve: 'P-256' });
export const GOOD_PARTS: readonly SubjectPart[] = [
  ['C', 'US', TAG.printableString],
  ['ST', 'California'],
  ['L', 'Oakland'],
  ['O', LEGAL_NAME],
  ['CN', 'erp.meridian.example'],
];

/** A request with a valid ECDSA signature, whatever is in it. DER. */
export function composed(options: Composed = {}): Uint8Array {
  const { key = EC_KEY, attributes = [], version = 0 } = options;
  const spki = new Uint8Array(key.publicKey.export({ format: 'der', type: 'spki' }));
  const info = sequence(
    tlv(TAG.integer, Uint8Array.of(version)),
    nameDer(options.subject ?? GOOD_PARTS),
    options.spkiDer ?? spki,
    tlv(0xa0, ...attributes),
  );
  const signature = new Uint8Array(sign('sha256', info, key.privateKey));
  return sequence(
    info,
    options.signatureAlgorithm ?? sequence(oid(OID.ecdsaSha256)),
    bitString(options.signature ?? signature),
  );
}

/** GOOD_PARTS with one type changed; null leaves it out. */
export function withPart(type: string, value: SubjectPart[1] | null, tag?: number): SubjectPart[] {
  const part: SubjectPart[] = value === null ? [] : [tag ? [type, value, tag] : [type, value]];
  const known = GOOD_PARTS.some(([name]) => name === type);
  if (!known) return [...GOOD_PARTS, ...part];
  return GOOD_PARTS.flatMap((one) => (one[0] === type ? part : [one]));
}

export function nameDer(parts: readonly SubjectPart[]): Uint8Array {
  return sequence(
    ...parts.map(([type, value, tag = TAG.utf8String]) => {
      const id = Object.entries(SUBJECT_TYPE).find(([, name]) => name === type)?.[0] ?? type;
      const content = typeof value === 'string' ? text(tag, value) : tlv(tag, value);
      return setOf(sequence(oid(id), content));
    }),
  );
}

/** The attribute that asks for extensions. */
export function extensionRequest(...extensions: Uint8Array[]): Uint8Array {
  return sequence(oid(OID.extensionRequest), setOf(sequence(...extensions)));
}

export function extension(id: string, value: Uint8Array): Uint8Array {
  return sequence(oid(id), octetString(value));
}

export function dnsNames(...names: string[]): Uint8Array {
  return extension(OID.subjectAltName, sequence(...names.map((name) => text(0x82, name))));
}

export function explicitContext(number: number, ...parts: Uint8Array[]): Uint8Array {
  return context(number, ...parts);
}

export function requestPem(der: Uint8Array): string {
  return pemOf(der, 'CERTIFICATE REQUEST');
}
