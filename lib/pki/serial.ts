/**
 * A serial number of 126 random bits: 16 bytes, the top two bits 01, so that it is positive, never short and always
 * of one length.
 * @param random 16 bytes from a cryptographic source
 * @see RFC 5280, 4.1.2.2
 */
export function serialFrom(random: Uint8Array): Uint8Array {
  if (random.length !== 16) throw new Error('a serial is made of 16 random bytes');
  const serial = new Uint8Array(random);
  serial[0] = ((serial[0] ?? 0) & 0x3f) | 0x40;
  return serial;
}
