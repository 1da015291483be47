/** What the audit key signs: canonical JSON that says by its `kind` what it is, so that nothing passes for another. */
import { createHash, sign, verify } from 'node:crypto';
import { deployment } from '@/lib/platform/deployment';
import { canonicalJson, type Json } from './canonical-json';

export type Signable = { readonly kind: `countersign-audit-${string}` } & {
  readonly [member: string]: Json;
};

/** Ed25519, 64 bytes. @see RFC 8032 */
export function signed(value: Signable): Uint8Array<ArrayBuffer> {
  return new Uint8Array(sign(null, Buffer.from(canonicalJson(value)), deployment().auditKey));
}

export function isSigned(value: Signable, signature: Uint8Array): boolean {
  const key = {
    key: Buffer.from(deployment().auditPublicKeyDer),
    format: 'der',
    type: 'spki',
  } as const;
  return verify(null, Buffer.from(canonicalJson(value)), key, signature);
}

export function digestOf(value: Signable): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(canonicalJson(value)).digest());
}
