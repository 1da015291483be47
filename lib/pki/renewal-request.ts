/** What a request for the same names and key would have said, read back from a certificate of ours. Nothing is judged here. */
import type { ParsedCsr } from './csr-parse';
import { expect, oidText, readDer, TAG } from './der';
import { sequence, tlv } from './der-write';
import { childrenOf, extensionList } from './lint-read';
import { OID } from './oids';

// Context tag of GeneralName, RFC 5280, 4.2.1.6.
const DNS_NAME = 0x82;

/**
 * The key, the subject and the DNS names of a client certificate as a request would have them; the name that says whose
 * it is is written anew by the profile. There is no signature: who holds the key proved it when the certificate was issued.
 * @throws DerError for what is no certificate with extensions
 */
export function renewalRequest(certificateDer: Uint8Array): ParsedCsr {
  const tbs = expect(readDer(certificateDer).children[0], TAG.sequence, 'a certificate').children;
  const subject = expect(tbs[5], TAG.sequence, 'the subject');
  const extensions = new Map(extensionList(tbs[7]?.children[0]));
  const dnsNames = childrenOf(extensions.get(OID.subjectAltName)).filter(
    ({ tag }) => tag === DNS_NAME,
  );
  const names = sequence(...dnsNames.map(({ der }) => der));
  return {
    infoDer: new Uint8Array(),
    spki: expect(tbs[6], TAG.sequence, 'the public key'),
    subject: subject.children.map((rdn) => {
      const pair = expect(
        expect(rdn, TAG.set, 'a part of the subject').children[0],
        TAG.sequence,
        'a subject attribute',
      );
      const value = pair.children[1];
      return {
        oid: oidText(pair.children[0]),
        tag: value?.tag ?? 0,
        bytes: value?.content ?? new Uint8Array(),
      };
    }),
    attributes: [OID.extensionRequest],
    extensions:
      dnsNames.length > 0 ? [{ oid: OID.subjectAltName, critical: false, value: names }] : [],
    signatureAlgorithm: readDer(tlv(TAG.null)),
    signature: new Uint8Array(),
  };
}
