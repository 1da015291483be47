/** Commands that check a certificate of ours, for a POSIX shell with curl and OpenSSL 1.1.1 or later. */
import type { AuthorityView } from '@/lib/contract/authorities';

export type CheckFiles = {
  /** The certificate to check, PEM. */
  certificate: string;
  bundleUrl: string;
  authority: Pick<AuthorityView, 'caUrl' | 'crlUrl' | 'ocspUrl'>;
};

/** By the revocation list: "OK", or "certificate revoked". */
export function crlCheck({ certificate, bundleUrl, authority }: CheckFiles): string {
  return [
    `curl -fsS -o bundle.pem ${bundleUrl}`,
    `curl -fsS ${authority.crlUrl} | openssl crl -inform DER -out crl.pem`,
    `openssl verify -crl_check -CAfile bundle.pem -CRLfile crl.pem ${certificate}`,
  ].join('\n');
}

/** By asking: "good", "revoked" with time and reason, or "unknown". */
export function ocspCheck({ certificate, bundleUrl, authority }: CheckFiles): string {
  return [
    `curl -fsS -o bundle.pem ${bundleUrl}`,
    `curl -fsS -o ca.pem ${authority.caUrl.replace(/\.crt$/, '.pem')}`,
    `openssl ocsp -CAfile bundle.pem -issuer ca.pem -cert ${certificate} -url ${authority.ocspUrl}`,
  ].join('\n');
}
