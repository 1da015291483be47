import { context, oid, sequence, setOf, tlv, unsigned } from './der-write';
import { OID } from './oids';

/**
 * Certificates as a degenerate SignedData, without content or signers: what `.p7b` files are.
 * @param certificates DER, in the order in which they are to stand
 * @see RFC 5652, 5.1 and 3
 */
export function certsOnlyPkcs7(certificates: readonly Uint8Array[]): Uint8Array {
  const signedData = sequence(
    unsigned(Uint8Array.of(1)),
    setOf(),
    sequence(oid(OID.data)),
    // As openssl writes it: CMS may be BER, and tools that print the set should print the leaf first.
    tlv(0xa0, ...certificates),
    setOf(),
  );
  return sequence(oid(OID.signedData), context(0, signedData));
}
