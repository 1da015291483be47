import { octetString, sequence } from './der-write';
import { type Protection, pbes2Encrypt } from './pbes2';
import { pemOf } from './pem';

/**
 * OWASP's figure (Password Storage, 2023) for PBKDF2 with HMAC-SHA-256: a guess then costs as much as the fastest
 * common hardware allows for a wait of about half a second here.
 */
export const PKCS8_ITERATIONS = 600_000;

/**
 * A private key encrypted under a password, as PEM text labelled ENCRYPTED PRIVATE KEY.
 * @param keyDer a PrivateKeyInfo (PKCS #8) in DER
 * @see RFC 5958, 3; RFC 8018, 6.2; RFC 7468, 11
 */
export async function encryptedPkcs8(
  keyDer: Uint8Array,
  protection: Omit<Protection, 'iterations'>,
): Promise<string> {
  const given = { ...protection, iterations: PKCS8_ITERATIONS };
  const { algorithm, encrypted } = await pbes2Encrypt(keyDer, given);
  return pemOf(sequence(algorithm, octetString(encrypted)), 'ENCRYPTED PRIVATE KEY');
}
