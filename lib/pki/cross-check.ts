/** The second opinion before a certificate is stored: OpenSSL, through node:crypto, never the library that wrote it. */
import { createHash, X509Certificate } from 'node:crypto';
import { assert } from '@/lib/kernel/errors';
import { readDer } from './der';

// Reading an issuer costs as much as verifying with it, and what is in its certificate never changes.
const ISSUERS = new Map<string, X509Certificate>();
const MAX_ISSUERS = 64;

/**
 * Passes when the certificate was signed by the issuer's key over exactly the intended bytes.
 * @throws Error otherwise: nothing may then be stored or handed out
 */
export function crossCheck(input: {
  certificateDer: Uint8Array;
  issuerDer: Uint8Array;
  tbsSha256: string;
  serialHex: string;
  spkiSha256Hex: string;
}): void {
  const certificate = new X509Certificate(input.certificateDer);
  const issuer = issuerIn(input.issuerDer);
  const tbs = readDer(input.certificateDer).children[0]?.der ?? new Uint8Array();
  assert(
    hexDigest(tbs) === input.tbsSha256.toLowerCase(),
    'the signed bytes are those of the intent',
  );
  assert(certificate.verify(issuer.publicKey), 'the signature verifies by the key of the issuer');
  assert(certificate.checkIssued(issuer), 'the issuer is the one named');
  assert(!certificate.ca, 'a leaf is no CA');
  assert(certificate.serialNumber === input.serialHex, 'the serial is that of the intent');
  const spki = certificate.publicKey.export({ format: 'der', type: 'spki' });
  assert(hexDigest(spki) === input.spkiSha256Hex.toLowerCase(), 'the key is that of the request');
}

function issuerIn(der: Uint8Array): X509Certificate {
  const id = hexDigest(der);
  const known = ISSUERS.get(id);
  if (known) return known;
  const read = new X509Certificate(der);
  if (ISSUERS.size < MAX_ISSUERS) ISSUERS.set(id, read);
  return read;
}

function hexDigest(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
