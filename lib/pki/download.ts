import { compareBytes } from './der';
import { context, oid, sequence, setOf, tlv, unsigned } from './der-write';
import { OID } from './oids';

/**
 * Certificates as a degenerate SignedData, without content or signers: what `.p7b` files are.
 * @param certificates DER, in any order: a SET OF has DER's own, and readers sort the chain themselves
 * @see RFC 5652, 5.1 and 3
 */
export function certsOnlyPkcs7(certificates: readonly Uint8Array[]): Uint8Array {
  const signedData = sequence(
    unsigned(Uint8Array.of(1)),
    setOf(),
    sequence(oid(OID.data)),
    // Readers that insist on DER refuse a set that is not sorted.
    tlv(0xa0, ...[...certificates].sort(compareBytes)),
    setOf(),
  );
  return sequence(oid(OID.signedData), context(0, signedData));
}
