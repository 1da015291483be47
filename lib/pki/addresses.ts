/** Where foreign software asks about our certificates: the addresses in them, and the extensions that say so. */
import { context, oid, sequence, text, tlv } from './der-write';
import { OID } from './oids';

export type PkiAddresses = {
  /** The issuer's certificate, DER. */
  readonly caUrl: string;
  /** The issuer's certificate revocation list, DER. */
  readonly crlUrl: string;
  readonly ocspUrl: string;
};

/** @param pkiUrl origin, without a trailing slash */
export function pkiAddresses(pkiUrl: string, issuerId: string): PkiAddresses {
  const base = `${pkiUrl}/pki/${issuerId}`;
  return { caUrl: `${base}/ca.crt`, crlUrl: `${base}/ca.crl`, ocspUrl: `${base}/ocsp` };
}

/** Every CA in one file, PEM. @param pkiUrl origin, without a trailing slash */
export function bundleAddress(pkiUrl: string): string {
  return `${pkiUrl}/pki/bundle.pem`;
}

const uri = (value: string) => text(0x86, value);

/** The value of authorityInfoAccess: OCSP, then the issuer's certificate. @see RFC 5280, 4.2.2.1 */
export function authorityInfoAccess({ ocspUrl, caUrl }: PkiAddresses): Uint8Array {
  return sequence(sequence(oid(OID.ocsp), uri(ocspUrl)), sequence(oid(OID.caIssuers), uri(caUrl)));
}

/** The value of cRLDistributionPoints: one point with one address. @see RFC 5280, 4.2.1.13 */
export function crlDistributionPoints({ crlUrl }: PkiAddresses): Uint8Array {
  return sequence(sequence(context(0, tlv(0xa0, uri(crlUrl)))));
}
