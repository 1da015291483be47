/**
 * The bytes of a client certificate from those of another one of the same issuer, which the library wrote: version,
 * signature algorithm, issuer and every extension but two are copied; serial, times, names and key are put in between.
 */
import { createHash } from 'node:crypto';
import { bitStringOctets, DerError, equalBytes, expect, oidText, readDer, TAG } from './der';
import { timeDer } from './der-time';
import {
  concat,
  header,
  octetString,
  oid,
  sequence,
  setOf,
  text,
  tlv,
  unsigned,
} from './der-write';
import { OID } from './oids';

/** What differs from certificate to certificate. */
export type LeafParts = {
  readonly serial: Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** In this order; C is a PrintableString, the others are UTF8Strings. */
  readonly subject: readonly { type: 'C' | 'ST' | 'L' | 'O' | 'CN'; value: string }[];
  readonly dnsNames: readonly string[];
  readonly accountUri: string;
  readonly spkiDer: Uint8Array;
};

export type LeafTemplate = (parts: LeafParts) => Uint8Array;

const SUBJECT_OID = {
  C: oid(OID.country),
  ST: oid(OID.state),
  L: oid(OID.locality),
  O: oid(OID.organization),
  CN: oid(OID.commonName),
};
const SAN = oid(OID.subjectAltName);
const KEY_ID = oid(OID.subjectKeyIdentifier);

/**
 * @param tbsDer written by the library of `parts`
 * @throws Error unless the template gives these very bytes for these parts
 */
export function leafTemplate(tbsDer: Uint8Array, parts: LeafParts): LeafTemplate {
  const [version, , signature, issuer, , , , wrapped, ...more] = readDer(tbsDer).children;
  const list = expect(wrapped?.children[0], TAG.sequence, 'the extensions').children;
  if (!version || !signature || !issuer || more.length > 0) throw new DerError('no such draft');
  const extensions = list.map((extension) => {
    const id = oidText(extension.children[0]);
    if (id === OID.subjectAltName) return alternativeNames;
    if (id === OID.subjectKeyIdentifier) return keyIdentifier;
    const copied = new Uint8Array(extension.der);
    return () => copied;
  });
  const [first, algorithmAndIssuer] = [
    new Uint8Array(version.der),
    concat([signature.der, issuer.der]),
  ];
  const template: LeafTemplate = (leaf) => {
    const written = extensions.map((one) => one(leaf));
    const length = written.reduce((sum, one) => sum + one.length, 0);
    return sequence(
      first,
      unsigned(leaf.serial),
      algorithmAndIssuer,
      sequence(timeDer(leaf.notBefore), timeDer(leaf.notAfter)),
      sequence(...leaf.subject.map(subjectPart)),
      leaf.spkiDer,
      tlv(0xa3, header(TAG.sequence, length), ...written),
    );
  };
  if (equalBytes(template(parts), tbsDer)) return template;
  throw new Error('a template that does not give what it was made from');
}

function subjectPart({ type, value }: LeafParts['subject'][number]): Uint8Array {
  const tag = type === 'C' ? TAG.printableString : TAG.utf8String;
  return setOf(sequence(SUBJECT_OID[type], text(tag, value)));
}

function alternativeNames({ dnsNames, accountUri }: LeafParts): Uint8Array {
  const names = dnsNames.map((name) => text(0x82, name));
  return sequence(SAN, octetString(sequence(...names, text(0x86, accountUri))));
}

/** @see RFC 5280, 4.2.1.2 (1) */
function keyIdentifier({ spkiDer }: LeafParts): Uint8Array {
  const key = bitStringOctets(readDer(spkiDer).children[1], 'the public key');
  const hash = new Uint8Array(createHash('sha1').update(key).digest());
  return sequence(KEY_ID, octetString(octetString(hash)));
}
