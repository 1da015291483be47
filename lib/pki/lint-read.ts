/** A TBSCertificate and its issuer taken apart for the rules of lint.ts. Nothing is judged here. */
import { DerError, type DerNode, expect, oidText, readDer, TAG } from './der';
import { OID, SUBJECT_TYPE } from './oids';

export type Extension = { critical: boolean; value: Uint8Array };

/** A draft as the rules see it. */
export type DraftParts = {
  serial: Uint8Array;
  signatureDer: Uint8Array;
  issuerDer: Uint8Array;
  notBefore: Date;
  notAfter: Date;
  subject: DerNode;
  spki: DerNode;
  extensions: Map<string, Extension>;
  repeated: boolean;
  timesEncoded: boolean;
  issuer: IssuerParts;
};

export type IssuerParts = {
  subject: DerNode;
  subjectDer: Uint8Array;
  keyId: Uint8Array | null;
  notAfter: Date;
  isCa: boolean;
  signsCertificates: boolean;
  signsCrls: boolean;
  /** Its path length has no limit, as that of a root: it makes CAs. */
  aboveCas: boolean;
};

/** What crosses over from a subject, in the order of our certificates. */
export const CARRIED = ['C', 'ST', 'L', 'O', 'CN'];
/** X.520 upper bounds of what is carried, in characters. @see RFC 5280, A.1 */
export const UPPER_BOUND: Readonly<Record<string, number>> = {
  C: 2,
  ST: 128,
  L: 128,
  O: 64,
  CN: 64,
};

/** @throws DerError when the bytes are not a version 3 TBSCertificate, or the issuer no certificate */
export function readDraft(draft: { tbsDer: Uint8Array; issuerDer: Uint8Array }): DraftParts {
  const [version, serial, signature, issuer, validity, subject, spki, extensions, ...more] = expect(
    readDer(draft.tbsDer),
    TAG.sequence,
    'a TBSCertificate',
  ).children;
  if (version?.tag !== 0xa0 || version.children.length !== 1 || smallInteger(version) !== 2) {
    throw new DerError('not version 3');
  }
  if (more.length > 0) throw new DerError('more parts than a TBSCertificate has');
  const list = extensionsIn(extensions);
  const [from, to, ...others] = expect(validity, TAG.sequence, 'the validity').children;
  if (others.length > 0) throw new DerError('more than two times');
  return {
    serial: expect(serial, TAG.integer, 'the serial').content,
    signatureDer: expect(signature, TAG.sequence, 'the signature algorithm').der,
    issuerDer: expect(issuer, TAG.sequence, 'the issuer').der,
    notBefore: timeOf(from),
    notAfter: timeOf(to),
    timesEncoded: [from, to].every(rightlyEncoded),
    subject: expect(subject, TAG.sequence, 'the subject'),
    spki: expect(spki, TAG.sequence, 'the public key'),
    extensions: new Map(list),
    repeated: new Set(list.map(([oid]) => oid)).size !== list.length,
    issuer: issuerOf(draft.issuerDer),
  };
}

function smallInteger(parent: DerNode): number | undefined {
  const { content } = expect(parent.children[0], TAG.integer, 'a number');
  return content.length === 1 ? content[0] : undefined;
}

/** @throws DerError when the bytes are no certificate with extensions */
export function issuerOf(certificateDer: Uint8Array): IssuerParts {
  const tbs = expect(
    readDer(certificateDer).children[0],
    TAG.sequence,
    'an issuing certificate',
  ).children;
  const extensions = new Map(extensionsIn(tbs[7]));
  const keyId = extensions.get(OID.subjectKeyIdentifier);
  const keyUsage = extensions.get(OID.keyUsage);
  const usage = keyUsage && expect(readDer(keyUsage.value), TAG.bitString, 'a key usage').content;
  const [cA, ...limits] = childrenOf(extensions.get(OID.basicConstraints));
  const subject = expect(tbs[5], TAG.sequence, "the issuer's subject");
  return {
    subject,
    subjectDer: subject.der,
    aboveCas: cA !== undefined && limits.length === 0,
    notAfter: timeOf(tbs[4]?.children[1]),
    keyId: keyId ? expect(readDer(keyId.value), TAG.octetString, 'a key identifier').content : null,
    isCa: cA?.tag === TAG.boolean && cA.content[0] === 0xff,
    // keyCertSign is bit 5, cRLSign bit 6, counted from the left (RFC 5280, 4.2.1.3).
    signsCertificates: ((usage?.[1] ?? 0) & 0x04) !== 0,
    signsCrls: ((usage?.[1] ?? 0) & 0x02) !== 0,
  };
}

function extensionsIn(node: DerNode | undefined): [string, Extension][] {
  if (node?.tag !== 0xa3 || node.children.length !== 1) throw new DerError('no extensions');
  return extensionList(node.children[0]);
}

/** The extensions of one SEQUENCE, in their order. @throws DerError */
export function extensionList(node: DerNode | undefined): [string, Extension][] {
  return expect(node, TAG.sequence, 'extensions').children.map((extension) => {
    const parts = expect(extension, TAG.sequence, 'an extension').children;
    const flag = parts[1]?.tag === TAG.boolean ? parts[1] : null;
    if (parts.length !== (flag ? 3 : 2)) throw new DerError('an extension with too many parts');
    // X.690, 11.5: a default value is left out.
    if (flag?.content[0] === 0) throw new DerError('an extension that spells out critical FALSE');
    const value = expect(parts[flag ? 2 : 1], TAG.octetString, 'the value of an extension');
    return [oidText(parts[0]), { critical: flag !== null, value: value.content }];
  });
}

/** @throws DerError for anything but YYMMDDhhmmssZ or YYYYMMDDhhmmssZ of its own type that is a moment */
export function timeOf(node: DerNode | undefined): Date {
  const digits = latin1(node?.content ?? new Uint8Array());
  const century = Number(digits.slice(0, 2)) < 50 ? '20' : '19';
  const full =
    node?.tag === TAG.utcTime
      ? `${century}${digits}`
      : node?.tag === TAG.generalizedTime
        ? digits
        : '';
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(full);
  if (!parts) throw new DerError('a time that cannot be read');
  const [, year, month, day, hour, minute, second] = parts;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const time = new Date(text);
  // 30 February is a moment to Date, another one.
  if (Number.isNaN(time.getTime()) || time.toISOString() !== text) {
    throw new DerError('a time that does not exist');
  }
  return time;
}

export function rightlyEncoded(node: DerNode | undefined): boolean {
  return (node?.tag === TAG.utcTime) === timeOf(node).getUTCFullYear() < 2050;
}

/** The elements of an extension's one SEQUENCE; none when the extension is not there. @throws DerError */
export function childrenOf(extension: Extension | undefined): readonly DerNode[] {
  return extension ? expect(readDer(extension.value), TAG.sequence, 'a sequence').children : [];
}

/** The attributes of a name of ours: one to each relative name. @throws DerError for any other shape */
export function nameParts(name: DerNode): { type: string; tag: number; text: string }[] {
  return name.children.map((rdn) => {
    const [pair, ...others] = expect(rdn, TAG.set, 'a part of a name').children;
    const [type, value, ...more] = expect(pair, TAG.sequence, 'an attribute').children;
    if (others.length > 0 || more.length > 0 || value === undefined) {
      throw new DerError('an attribute of another shape');
    }
    const oid = oidText(type);
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(value.content);
    return { type: SUBJECT_TYPE[oid] ?? oid, tag: value.tag, text };
  });
}

/** The text of an IA5String, one character to each octet. */
export function textOf(node: DerNode): string {
  return latin1(node.content);
}

function latin1(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += String.fromCharCode(octet);
  return text;
}

/** The common name that a draft of ours will carry. @param tbsDer as it was linted */
export function draftCommonName(tbsDer: Uint8Array): string {
  const subject = expect(readDer(tbsDer).children[5], TAG.sequence, 'the subject');
  return nameParts(subject).find(({ type }) => type === 'CN')?.text ?? '';
}
