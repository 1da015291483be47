/** Password-based encryption of RFC 8018: PBKDF2 with HMAC-SHA-256, then AES-256 in CBC mode. */
import { copyOf } from './bytes';
import { TAG } from './der';
import { octetString, oid, sequence, tlv, wholeNumber } from './der-write';
import type { KeyEngine } from './key-engine';
import type { KeyPassword } from './key-password';
import { OID } from './oids';

/** What salts, counts and passwords of a derivation are. */
export type Protection = { password: KeyPassword; iterations: number; engine: KeyEngine };

const SALT_BYTES = 16;
const IV_BYTES = 16;
const KEY_BITS = 256;

/**
 * Encrypts octets; the algorithm says all that is needed to decrypt them but the password, which counts as UTF-8.
 * @returns `algorithm`: an AlgorithmIdentifier in DER; `encrypted`: padded to whole blocks
 * @see RFC 8018, 6.2 and A.4
 */
export async function pbes2Encrypt(
  plain: Uint8Array,
  { password, iterations, engine }: Protection,
): Promise<{ algorithm: Uint8Array; encrypted: Uint8Array }> {
  const salt = copyOf(engine.fresh(SALT_BYTES));
  const iv = copyOf(engine.fresh(IV_BYTES));
  const secret = new TextEncoder().encode(password);
  const base = await engine.subtle.importKey('raw', secret, 'PBKDF2', false, ['deriveKey']);
  const key = await engine.subtle.deriveKey(
    { name: 'PBKDF2', hash: 'SHA-256', salt, iterations },
    base,
    { name: 'AES-CBC', length: KEY_BITS },
    false,
    ['encrypt'],
  );
  const encrypted = await engine.subtle.encrypt({ name: 'AES-CBC', iv }, key, copyOf(plain));
  const derivation = sequence(
    oid(OID.pbkdf2),
    sequence(
      octetString(salt),
      wholeNumber(iterations),
      sequence(oid(OID.hmacSha256), tlv(TAG.null)),
    ),
  );
  const cipher = sequence(oid(OID.aes256Cbc), octetString(iv));
  return {
    algorithm: sequence(oid(OID.pbes2), sequence(derivation, cipher)),
    encrypted: new Uint8Array(encrypted),
  };
}
