import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type IdKind, idFrom } from '@/lib/kernel/ids';
import { currentTime } from './clock';

export function newId(kind: IdKind): string {
  return idFrom(kind, currentTime().getTime(), randomBytes(10));
}

/** A secret of 256 bits, URL-safe. */
export function newSecret(): string {
  return randomBytes(32).toString('base64url');
}

export function sha256(value: string | Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(createHash('sha256').update(value).digest());
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
