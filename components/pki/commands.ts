/**
 * Commands that check a certificate of ours, for a POSIX shell with curl and OpenSSL 1.1.1 or later. What they fetch has
 * an underscore in its name, which no download of a certificate has: none is written over.
 */

export type CheckFiles = {
  /** The certificate to check, PEM. */
  certificate: string;
  bundleUrl: string;
  /** Of its issuer. */
  caUrl: string;
};

/** By the revocation list: "OK", or "certificate revoked". */
export function crlCheck(files: CheckFiles): string {
  return [
    ...addresses(files),
    'curl -fsS -o pki_bundle.pem $PKI/bundle.pem',
    'curl -fsS $CA/ca.crl | openssl crl -inform DER -out pki_crl.pem',
    `openssl verify -crl_check -CAfile pki_bundle.pem -CRLfile pki_crl.pem ${files.certificate}`,
  ].join('\n');
}

/** By asking: "good", "revoked" with time and reason, or "unknown". */
export function ocspCheck(files: CheckFiles): string {
  return [
    ...addresses(files),
    'curl -fsS -o pki_bundle.pem $PKI/bundle.pem',
    'curl -fsS -o pki_ca.pem $CA/ca.pem',
    `openssl ocsp -CAfile pki_bundle.pem -issuer pki_ca.pem -cert ${files.certificate} -url $CA/ocsp`,
  ].join('\n');
}

/** Both, one after the other. */
export function ocspAndCrlCheck(files: CheckFiles): string {
  const first = crlCheck(files).split('\n');
  const fetched = new Set(first);
  return [
    ...first,
    ...ocspCheck(files)
      .split('\n')
      .filter((line) => !fetched.has(line)),
  ].join('\n');
}

/** The long part of every address once, so that the commands can be read. */
function addresses({ bundleUrl, caUrl }: CheckFiles): string[] {
  const pki = folderOf(bundleUrl);
  return [`PKI=${pki}`, `CA=${folderOf(caUrl).replace(pki, '$PKI')}`];
}

function folderOf(url: string): string {
  return url.slice(0, url.lastIndexOf('/'));
}
