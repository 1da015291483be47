import { CBC, EDE } from 'des.js';

/**
 * Triple DES in CBC mode with padding: for systems that read nothing better. WebCrypto does not have it.
 * @param key 24 octets
 * @param iv 8 octets
 * @see RFC 8018, B.2.2
 */
export function tripleDesEncrypt(plain: Uint8Array, key: Uint8Array, iv: Uint8Array): Uint8Array {
  const cipher = CBC.instantiate(EDE).create({ type: 'encrypt', key, iv });
  return Uint8Array.from([...cipher.update(plain), ...cipher.final()]);
}
