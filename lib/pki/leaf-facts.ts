/** What `certificateFacts` reads of a certificate that was just signed, without the library, which takes milliseconds. */
import { createHash } from 'node:crypto';
import { hexOf } from './bytes';
import { type CertificateFacts, nameText } from './certificate-facts';
import { DerError, equalBytes, expect, readDer, TAG } from './der';
import { judgeKey } from './key';
import { childrenOf, extensionList, nameParts, textOf, timeOf } from './lint-read';
import { OID } from './oids';
import { SIGNING_ALGORITHMS } from './signing-algorithm';

/** @param der a client certificate of ours @throws DerError for another shape */
export function leafFacts(der: Uint8Array): CertificateFacts {
  const tbs = expect(readDer(der).children[0], TAG.sequence, 'a certificate').children;
  const [, serial, algorithm, issuer, validity, subject, key, wrapped] = tbs;
  const spki = expect(key, TAG.sequence, 'the public key');
  const extensions = new Map(extensionList(wrapped?.children[0]));
  const keyId = extensions.get(OID.subjectKeyIdentifier);
  const parts = nameParts(expect(subject, TAG.sequence, 'the subject')).map(({ type, text }) => ({
    type,
    value: text,
  }));
  const signed = expect(algorithm, TAG.sequence, 'the signature algorithm').der;
  const known = SIGNING_ALGORITHMS.find(({ identifierDer }) => equalBytes(identifierDer, signed));
  if (!keyId || !known) throw new DerError('no client certificate of ours');
  const commonNameOf = (name: typeof issuer) =>
    nameParts(expect(name, TAG.sequence, 'a name')).find(({ type }) => type === 'CN')?.text ?? '';
  return {
    subject: nameText(parts),
    subjectParts: parts,
    commonName: commonNameOf(subject),
    sans: childrenOf(extensions.get(OID.subjectAltName)).map(textOf),
    serialHex: hexOf(expect(serial, TAG.integer, 'the serial').content),
    sha256Fingerprint: sha256Hex(der),
    spkiSha256Hex: sha256Hex(spki.der),
    subjectKeyIdHex: hexOf(expect(readDer(keyId.value), TAG.octetString, 'a key id').content),
    issuer: commonNameOf(issuer),
    keyLabel: judgeKey(spki).facts.label,
    signatureAlgorithm: `${known.webCryptoSign.name} with ${known.webCryptoSign.hash}`,
    notBefore: timeOf(validity?.children[0]),
    notAfter: timeOf(validity?.children[1]),
    sizeBytes: der.length,
  };
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex').toUpperCase();
}
