/** What tests of key files share: an engine, keys, and a certificate with a chain above it. */
import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOfBase64 } from '../bytes';
import type { KeyEngine } from '../key-engine';
import { type KeyPassword, keyPassword } from '../key-password';
import { inFolder } from '../testing';

export const ENGINE: KeyEngine = {
  subtle: globalThis.crypto.subtle,
  fresh: (count) => new Uint8Array(randomBytes(count)),
};

export const GENERATE = {
  'EC P-256': 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256',
  'EC P-384': 'genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384',
  'RSA 2048': 'genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048',
  'RSA 3072': 'genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072',
} as const;
export type KeyKind = keyof typeof GENERATE;
export const KEY_KINDS: readonly KeyKind[] = ['EC P-256', 'EC P-384', 'RSA 2048', 'RSA 3072'];

/** A key made by openssl with a certificate, its issuing CA and a root, all DER. */
export function credential(kind: KeyKind): {
  keyDer: Uint8Array;
  certificates: [Uint8Array, Uint8Array, Uint8Array];
} {
  return inFolder((folder, openssl) => {
    const der = (name: string) => derOfPem(readFileSync(join(folder, name), 'utf8'));
    openssl(...GENERATE[kind].split(' '), '-out', 'leaf.key');
    const made = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';
    openssl(...made.split(' '), '-keyout', 'root.key', '-subj', '/CN=Root', '-out', 'root.pem');
    openssl(
      ...`${made} -CA root.pem -CAkey root.key -keyout ca.key`.split(' '),
      ...['-subj', '/CN=Issuing', '-out', 'ca.pem'],
    );
    openssl(
      ...'req -x509 -CA ca.pem -CAkey ca.key -key leaf.key'.split(' '),
      ...['-subj', '/CN=erp.meridian.example', '-out', 'leaf.pem'],
    );
    return {
      keyDer: plainKey(readFileSync(join(folder, 'leaf.key'), 'utf8')),
      certificates: [der('leaf.pem'), der('ca.pem'), der('root.pem')],
    };
  });
}

/** PrivateKeyInfo of a key in PEM, as node:crypto writes it: equal for equal keys. */
export function plainKey(pem: string): Uint8Array {
  return new Uint8Array(createPrivateKey(pem).export({ format: 'der', type: 'pkcs8' }));
}

export function derOfPem(pem: string): Uint8Array {
  const body = /-----BEGIN [^-]+-----([^-]+)-----END/.exec(pem)?.[1] ?? '';
  return bytesOfBase64(body.replace(/\s/g, '')) ?? new Uint8Array();
}

export function password(text: string): KeyPassword {
  const taken = keyPassword(text);
  if (taken === null) throw new Error(`not taken as a password: ${JSON.stringify(text)}`);
  return taken;
}
