/** The structure of a PKCS #10 request (RFC 2986, 4), read strictly and not yet judged. */
import { bitStringOctets, DerError, type DerNode, expect, oidText, readDer, TAG } from './der';
import { OID } from './oids';

export type SubjectAttribute = { oid: string; tag: number; bytes: Uint8Array };
export type RequestedExtension = { oid: string; critical: boolean; value: Uint8Array };

export type ParsedCsr = {
  infoDer: Uint8Array;
  spki: DerNode;
  subject: SubjectAttribute[];
  /** Types of the request's attributes, as often as they stand there. */
  attributes: string[];
  extensions: RequestedExtension[];
  signatureAlgorithm: DerNode;
  signature: Uint8Array;
};

/** The file is a known structure, but no request. */
export class OtherStructure extends Error {
  constructor(readonly what: string) {
    super(what);
  }
}

/** @throws OtherStructure; DerError naming what is missing or of another type */
export function parseCsr(der: Uint8Array): ParsedCsr {
  const request = expect(readDer(der), TAG.sequence, 'a signing request');
  const other = otherStructure(request);
  if (other !== null) throw new OtherStructure(other);
  const info = expect(request.children[0], TAG.sequence, 'the request information');
  counted(request, 3, 'a signing request');
  const version = expect(info.children[0], TAG.integer, 'the version');
  if (version.content.length !== 1 || version.content[0] !== 0) {
    throw new DerError('a version other than 0');
  }
  const attributes = info.children[3];
  if (attributes !== undefined && attributes.tag !== 0xa0) {
    throw new DerError('attributes of another type');
  }
  const parsed = (attributes?.children ?? []).map(attributeOf);
  const signatureAlgorithm = expect(request.children[1], TAG.sequence, 'the signature algorithm');
  return {
    infoDer: info.der,
    subject: subjectOf(expect(info.children[1], TAG.sequence, 'the subject')),
    spki: expect(info.children[2], TAG.sequence, 'the public key'),
    attributes: parsed.map((attribute) => attribute.oid),
    extensions: parsed.flatMap((attribute) =>
      attribute.oid === OID.extensionRequest || attribute.oid === OID.microsoftExtensionRequest
        ? extensionsOf(onlyOf(attribute.values))
        : [],
    ),
    signatureAlgorithm,
    signature: bitStringOctets(request.children[2], 'the signature'),
  };
}

function otherStructure(file: DerNode): string | null {
  const [first, second] = file.children;
  if (first?.tag === TAG.oid) {
    return oidText(first) === OID.signedData ? 'a PKCS #7 bundle of certificates' : null;
  }
  if (first?.children[0]?.tag === TAG.oid && second?.tag === TAG.bitString) return 'a public key';
  const parts = first?.children ?? [];
  // A list has a time where a request has its public key's end, and a certificate has its validity.
  if (parts[3]?.tag === TAG.utcTime || parts[2]?.tag === TAG.utcTime) return 'a revocation list';
  return parts[0]?.tag === 0xa0 || parts.length > 4 ? 'a certificate' : null;
}

function subjectOf(name: DerNode): SubjectAttribute[] {
  return name.children.flatMap((rdn) =>
    expect(rdn, TAG.set, 'a part of the subject').children.map((pair) => {
      counted(expect(pair, TAG.sequence, 'a subject attribute'), 2, 'a subject attribute');
      const value = pair.children[1];
      if (value === undefined) throw new DerError('a subject attribute without value');
      return { oid: oidText(pair.children[0]), tag: value.tag, bytes: value.content };
    }),
  );
}

function attributeOf(node: DerNode): { oid: string; values: readonly DerNode[] } {
  counted(expect(node, TAG.sequence, 'an attribute'), 2, 'an attribute');
  return {
    oid: oidText(node.children[0]),
    values: expect(node.children[1], TAG.set, 'the values of an attribute').children,
  };
}

// RFC 2985, 5.4.2: a second list would be read by some and overlooked by others.
function onlyOf(values: readonly DerNode[]): DerNode {
  const [value] = values;
  if (value !== undefined && values.length === 1) return value;
  throw new DerError(`an extension request with ${values.length} values instead of one`);
}

function extensionsOf(list: DerNode): RequestedExtension[] {
  return expect(list, TAG.sequence, 'a list of extensions').children.map((node) => {
    const parts = expect(node, TAG.sequence, 'an extension').children;
    const flag = parts[1]?.tag === TAG.boolean ? parts[1] : null;
    if (parts.length !== (flag ? 3 : 2)) throw new DerError('an extension with too many parts');
    // X.690, 11.5: a default value is left out.
    if (flag?.content[0] === 0) throw new DerError('an extension that spells out critical FALSE');
    return {
      oid: oidText(parts[0]),
      critical: flag?.content[0] === 0xff,
      value: expect(parts[flag ? 2 : 1], TAG.octetString, 'the value of an extension').content,
    };
  });
}

function counted(node: DerNode, count: number, what: string): void {
  if (node.children.length !== count) {
    throw new DerError(`${what} with ${node.children.length} parts instead of ${count}`);
  }
}
