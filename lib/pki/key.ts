/** Public keys: what they are, whether the policy takes them, and verification of a request's signature. */
import type { Finding } from '@/lib/kernel/findings';
import { copyOf } from './bytes';
import type { CsrRule } from './csr-rules';
import {
  bitStringOctets,
  DerError,
  type DerNode,
  equalBytes,
  expect,
  oidText,
  readDer,
  TAG,
  unsignedInteger,
} from './der';
import { bitString, oid, sequence, tlv, unsigned } from './der-write';
import { finding } from './finding';
import { ed25519Fault, isOnCurve, numberOf, smallFactor } from './key-arithmetic';
import { hasClosePrimes, hasRocaFingerprint } from './key-weakness';
import { KEY_NAME, OID } from './oids';

export type KeyFacts = {
  algorithm: string;
  bits: number | null;
  curve: string | null;
  /** "EC P-256" */
  label: string;
};

export const ACCEPTED_KEYS =
  'RSA 2048, 3072 or 4096 with exponent 65537, EC P-256 or P-384, or Ed25519';
const RSA_BITS = [2048, 3072, 4096];
const CURVES: Record<string, { name: string; bits: number }> = {
  [OID.p256]: { name: 'P-256', bits: 256 },
  [OID.p384]: { name: 'P-384', bits: 384 },
};

/** What a key is, and every reason why it is not taken. @see RFC 5280, 4.1.2.7 RFC 8017, A.1 RFC 5480, 2 RFC 8410, 4 */
export function judgeKey(spki: DerNode): { facts: KeyFacts; findings: Finding[] } {
  try {
    const algorithm = expect(spki.children[0], TAG.sequence, 'the key algorithm');
    const id = oidText(algorithm.children[0]);
    if (id === OID.rsaEncryption) return judgeRsa(spki);
    if (id === OID.ecPublicKey) return judgeEc(spki, algorithm);
    if (id === OID.ed25519) return judgeEd25519(spki);
    const name = KEY_NAME[id] ?? `algorithm ${id}`;
    const facts = { algorithm: name, bits: null, curve: null, label: name };
    return { facts, findings: [refused('key-type', 'A kind of key that is not taken', name)] };
  } catch (error) {
    const why = error instanceof DerError ? error.message : 'a structure nobody can read';
    const facts = { algorithm: 'unknown', bits: null, curve: null, label: 'unreadable' };
    return {
      facts,
      findings: [refused('key-unreadable', 'A public key that cannot be read', why)],
    };
  }
}

function judgeEd25519(spki: DerNode) {
  const bytes = bitStringOctets(spki.children[1], 'the public key');
  if (bytes.length !== 32) throw new DerError('an Ed25519 key that has not 32 bytes');
  const fault = ed25519Fault(bytes);
  return {
    facts: { algorithm: 'Ed25519', bits: 256, curve: 'Ed25519', label: 'Ed25519' },
    findings: [
      ...(fault === null ? [] : [refused('ed25519-point', 'An Ed25519 key of nobody', fault)]),
      ...judgeEncoding(spki, sequence(sequence(oid(OID.ed25519)), bitString(bytes))),
    ],
  };
}

// One key has one spelling: certificates copy it as it is, and two accounts could share a key that has two.
function judgeEncoding(spki: DerNode, canonical: Uint8Array): Finding[] {
  if (equalBytes(spki.der, canonical)) return [];
  const value = 'one with parameters or parts that do not belong there';
  return [refused('key-encoding', 'A public key in an unusual form', value)];
}

function judgeRsa(spki: DerNode) {
  const key = expect(
    readDer(bitStringOctets(spki.children[1], 'the public key')),
    TAG.sequence,
    'an RSA key',
  );
  const modulus = unsignedInteger(key.children[0], 'the modulus');
  const exponent = unsignedInteger(key.children[1], 'the exponent');
  const bits = bitLength(modulus);
  const findings: Finding[] = [];
  if (!RSA_BITS.includes(bits)) {
    findings.push(refused('rsa-size', 'An RSA key of another size', `RSA ${bits}`));
  }
  const isF4 = exponent.length === 3 && exponent[0] === 1 && exponent[1] === 0 && exponent[2] === 1;
  if (!isF4) {
    const value =
      exponent.length <= 6
        ? String(exponent.reduce((sum, octet) => sum * 256 + octet, 0))
        : 'a large number';
    findings.push(refused('rsa-exponent', 'An RSA exponent that is not 65537', `e = ${value}`));
  }
  const factor = smallFactor(modulus);
  if (factor !== null) {
    const title =
      factor === 2 ? 'An even RSA modulus' : 'An RSA modulus that is no product of two primes';
    findings.push(refused('rsa-modulus', title, `RSA with a modulus that ${factor} divides`));
  }
  // Only of a size that is taken: a modulus of any size could be made to cost any time.
  if (findings.length === 0) findings.push(...judgeModulus(numberOf(modulus), bits));
  const canonical = sequence(
    sequence(oid(OID.rsaEncryption), tlv(TAG.null)),
    bitString(sequence(unsigned(modulus), unsigned(exponent))),
  );
  findings.push(...judgeEncoding(spki, canonical));
  return { facts: { algorithm: 'RSA', bits, curve: null, label: `RSA ${bits}` }, findings };
}

function judgeModulus(modulus: bigint, bits: number): Finding[] {
  const value = `RSA ${bits}`;
  const weak = (rule: CsrRule, title: string, message: string, fix: string) =>
    finding(rule, { field: 'key', title, message, fix, value });
  const findings: Finding[] = [];
  if (hasClosePrimes(modulus)) {
    const message =
      'The two primes of this RSA key lie so close together that anybody can compute the private key from the public one.';
    const fix =
      'Make a new key with the command below, not with the program that made this one, and replace this key wherever else it is used.';
    findings.push(weak('rsa-close-primes', 'An RSA key that can be factored', message, fix));
  }
  if (hasRocaFingerprint(modulus)) {
    const message =
      'This RSA key was made by a chip or card with the ROCA flaw (CVE-2017-15361): its private key can be computed from the public one.';
    const fix =
      'Make a new key with the command below, outside that chip, and replace this key wherever else it is used.';
    findings.push(weak('rsa-roca', 'An RSA key with the ROCA flaw', message, fix));
  }
  return findings;
}

function judgeEc(spki: DerNode, algorithm: DerNode) {
  const parameters = algorithm.children[1];
  const id = parameters?.tag === TAG.oid ? oidText(parameters) : '';
  const curve = CURVES[id];
  const name = curve?.name ?? (id === '' ? 'explicit parameters' : (KEY_NAME[id] ?? id));
  const facts = { algorithm: 'EC', bits: curve?.bits ?? null, curve: name, label: `EC ${name}` };
  if (!curve) {
    return { facts, findings: [refused('ec-curve', 'A curve that is not taken', `EC ${name}`)] };
  }
  const point = bitStringOctets(spki.children[1], 'the public key');
  const canonical = sequence(sequence(oid(OID.ecPublicKey), oid(id)), bitString(point));
  return { facts, findings: [...judgePoint(curve, point), ...judgeEncoding(spki, canonical)] };
}

function judgePoint(curve: { name: string; bits: number }, point: Uint8Array): Finding[] {
  if (point[0] !== 4 || point.length !== 1 + (2 * curve.bits) / 8) {
    const title = 'An EC point that is not in uncompressed form';
    return [refused('ec-point', title, `EC ${curve.name} in another form than x and y in full`)];
  }
  if (isOnCurve(curve.name, point)) return [];
  const value = `EC ${curve.name} with a point that is not on the curve`;
  return [refused('ec-point', 'An EC point that is not on its curve', value)];
}

/** The finding for a key on a list of known keys; it does not say on which, nor since when or by whom. */
export function knownWeakKey(): Finding {
  return finding('key-known-weak', {
    field: 'key',
    title: 'A key that is no secret',
    message:
      'This key is publicly known or was reported as compromised, so it is never taken again.',
    fix: 'Make a new key pair, and a new signing request from it. Replace this key wherever else it is used.',
  });
}

function refused(rule: CsrRule, title: string, value: string): Finding {
  return finding(rule, {
    field: 'key',
    title,
    message: `The key is ${value}. Taken are ${ACCEPTED_KEYS}.`,
    fix: 'Make a new key with the command below.',
    value,
  });
}

function bitLength(magnitude: Uint8Array): number {
  const [first = 0] = magnitude;
  return magnitude.length === 0 ? 0 : (magnitude.length - 1) * 8 + (32 - Math.clz32(first));
}

type SignatureScheme = {
  name: string;
  family: 'RSA' | 'EC' | 'Ed25519';
  hash: string;
  saltLength?: number;
};

const SCHEMES: Record<string, SignatureScheme> = {
  '1.2.840.113549.1.1.11': { name: 'RSA with SHA-256', family: 'RSA', hash: 'SHA-256' },
  '1.2.840.113549.1.1.12': { name: 'RSA with SHA-384', family: 'RSA', hash: 'SHA-384' },
  '1.2.840.113549.1.1.13': { name: 'RSA with SHA-512', family: 'RSA', hash: 'SHA-512' },
  '1.2.840.10045.4.3.2': { name: 'ECDSA with SHA-256', family: 'EC', hash: 'SHA-256' },
  '1.2.840.10045.4.3.3': { name: 'ECDSA with SHA-384', family: 'EC', hash: 'SHA-384' },
  '1.2.840.10045.4.3.4': { name: 'ECDSA with SHA-512', family: 'EC', hash: 'SHA-512' },
  [OID.ed25519]: { name: 'Ed25519', family: 'Ed25519', hash: '' },
};
const WEAK: Record<string, string> = {
  '1.2.840.113549.1.1.2': 'RSA with MD2',
  '1.2.840.113549.1.1.4': 'RSA with MD5',
  '1.2.840.113549.1.1.5': 'RSA with SHA-1',
  '1.2.840.113549.1.1.14': 'RSA with SHA-224',
  '1.2.840.10045.4.1': 'ECDSA with SHA-1',
  '1.2.840.10045.4.3.1': 'ECDSA with SHA-224',
};
const WEAK_HASHES: Record<string, string> = {
  '1.3.14.3.2.26': 'SHA-1',
  '1.2.840.113549.2.5': 'MD5',
  '2.16.840.1.101.3.4.2.4': 'SHA-224',
};
const HASHES: Record<string, string> = {
  '2.16.840.1.101.3.4.2.1': 'SHA-256',
  '2.16.840.1.101.3.4.2.2': 'SHA-384',
  '2.16.840.1.101.3.4.2.3': 'SHA-512',
};

/** The signature algorithm by name, and how to verify it; null where the policy does not take it. */
export function signatureScheme(algorithm: DerNode): {
  name: string;
  scheme: SignatureScheme | null;
} {
  const oid = oidText(algorithm.children[0]);
  if (oid === OID.rsaPss) return pssScheme(algorithm.children[1]);
  const scheme = SCHEMES[oid] ?? null;
  return { name: scheme?.name ?? WEAK[oid] ?? `algorithm ${oid}`, scheme };
}

// RSASSA-PSS-params (RFC 4055, 3.1): what is left out is SHA-1 and a salt of 20 octets.
const PSS_DEFAULT_SALT = 20;
const MAX_SALT = 512;

// The hash of message and mask must agree, because WebCrypto has one for both.
function pssScheme(parameters: DerNode | undefined): {
  name: string;
  scheme: SignatureScheme | null;
} {
  const field = (tag: number) =>
    parameters?.children.find((child) => child.tag === tag)?.children[0];
  const hash = hashName(field(0xa0)?.children[0]);
  const mask = hashName(field(0xa1)?.children[1]?.children[0]);
  const name = `RSA-PSS with ${hash}`;
  if (hash !== mask) return { name: `${name} and a mask of ${mask}`, scheme: null };
  const saltLength = field(0xa2) ? smallNumber(field(0xa2)) : PSS_DEFAULT_SALT;
  if (saltLength > MAX_SALT || !Object.values(HASHES).includes(hash)) return { name, scheme: null };
  return { name, scheme: { name, family: 'RSA', hash, saltLength } };
}

function hashName(node: DerNode | undefined): string {
  if (node?.tag !== TAG.oid) return 'SHA-1';
  const oid = oidText(node);
  return HASHES[oid] ?? WEAK_HASHES[oid] ?? `hash ${oid}`;
}

function smallNumber(node: DerNode | undefined): number {
  const octets = unsignedInteger(node, 'the salt length');
  return octets.length > 3
    ? Number.MAX_SAFE_INTEGER
    : octets.reduce((sum, octet) => sum * 256 + octet, 0);
}

/**
 * Whether the request was signed by the key in it. Uses WebCrypto, which also checks that an EC point lies on its curve.
 * @returns `unsupported` where this WebCrypto does not know the algorithm: nothing is then known about the signature
 * @see RFC 2986, 4.2
 */
export async function verifySignature(input: {
  spkiDer: Uint8Array;
  key: KeyFacts;
  scheme: SignatureScheme;
  signature: Uint8Array;
  signed: Uint8Array;
}): Promise<'verifies' | 'fails' | 'unsupported'> {
  const { spkiDer, key, scheme, signature, signed } = input;
  if (scheme.family !== key.algorithm) return 'fails';
  const { subtle } = globalThis.crypto;
  try {
    const algorithm = importAlgorithm(scheme, key);
    const publicKey = await subtle.importKey('spki', copyOf(spkiDer), algorithm, false, ['verify']);
    const bytes = scheme.family === 'EC' ? rawEcdsa(signature, (key.bits ?? 0) / 8) : signature;
    const verifyAlgorithm =
      scheme.saltLength === undefined
        ? { name: algorithm.name, hash: scheme.hash }
        : { name: 'RSA-PSS', saltLength: scheme.saltLength };
    const verifies = await subtle.verify(verifyAlgorithm, publicKey, copyOf(bytes), copyOf(signed));
    return verifies ? 'verifies' : 'fails';
  } catch (error) {
    const unknown = error instanceof Error && error.name === 'NotSupportedError';
    return unknown ? 'unsupported' : 'fails';
  }
}

function importAlgorithm(scheme: SignatureScheme, key: KeyFacts) {
  if (scheme.family === 'Ed25519') return { name: 'Ed25519' };
  if (scheme.family === 'EC') return { name: 'ECDSA', namedCurve: key.curve ?? '' };
  return {
    name: scheme.saltLength === undefined ? 'RSASSA-PKCS1-v1_5' : 'RSA-PSS',
    hash: scheme.hash,
  };
}

// WebCrypto wants r and s side by side, each as long as the curve's order; X.509 has them as a SEQUENCE (RFC 3279, 2.2.3).
function rawEcdsa(signature: Uint8Array, size: number): Uint8Array {
  const pair = expect(readDer(signature), TAG.sequence, 'an ECDSA signature');
  const raw = new Uint8Array(2 * size);
  for (const [index, node] of [pair.children[0], pair.children[1]].entries()) {
    const number = unsignedInteger(node, 'a part of the signature');
    if (number.length > size) throw new DerError('a signature longer than its curve');
    raw.set(number, (index + 1) * size - number.length);
  }
  return raw;
}
