import { context, oid, sequence, setOf, tlv, unsigned } from './der-write';
import { OID } from './oids';

/**
 * Certificates as a degenerate SignedData, without content or signers: what `.p7b` files are.
 * @param certificates DER, leaf first; a SET OF has DER order, so readers sort the chain themselves
 * @see RFC 5652, 5.1 and 3
 */
export function certsOnlyPkcs7(certificates: readonly Uint8Array[]): Uint8Array {
  const signedData = sequence(
    unsigned(Uint8Array.of(1)),
    setOf(),
    sequence(oid(OID.data)),
    tlv(0xa0, ...certificates),
    setOf(),
  );
  return sequence(oid(OID.signedData), context(0, signedData));
}
