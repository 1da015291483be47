/**
 * Strict DER (X.690, clauses 8 to 11), and nothing more lenient: what this file reads has exactly one encoding,
 * the one that was read. Text armor and the meaning of structures are for others.
 */

/** One TLV. `children` is empty for primitive encodings. All arrays are views into the bytes read. */
export type DerNode = {
  readonly tag: number;
  readonly der: Uint8Array;
  readonly content: Uint8Array;
  readonly children: readonly DerNode[];
};

/** Identifier octets of the types used in certificates and requests. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The input is not DER; the message says what and where, for people. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

// A request or certificate nests about ten deep; the limits stop bombs long before the call stack or the clock does.
const MAX_DEPTH = 24;
const MAX_NODES = 40_000;

/**
 * Reads exactly one DER value that fills `bytes`.
 * @throws DerError for truncation, trailing bytes, any encoding that is not the distinguished one, and bombs
 * @see X.690 clause 10, 11
 */
export function readDer(bytes: Uint8Array): DerNode {
  const budget = { nodes: MAX_NODES };
  const node = readNode(bytes, 0, { depth: 0, budget });
  if (node.der.length !== bytes.length) {
    throw new DerError(`${bytes.length - node.der.length} bytes follow the structure`);
  }
  return node;
}

type Position = { readonly depth: number; readonly budget: { nodes: number } };

function readNode(bytes: Uint8Array, offset: number, position: Position): DerNode {
  if (position.depth > MAX_DEPTH) throw new DerError(`nested deeper than ${MAX_DEPTH} levels`);
  position.budget.nodes -= 1;
  if (position.budget.nodes < 0) throw new DerError(`more than ${MAX_NODES} elements`);
  const { tag, contentStart, contentEnd } = readHeader(bytes, offset);
  const der = bytes.subarray(offset, contentEnd);
  const content = bytes.subarray(contentStart, contentEnd);
  if ((tag & 0x20) === 0) {
    checkPrimitive(tag, content);
    return { tag, der, content, children: [] };
  }
  if ((tag & 0xc0) === 0 && tag !== TAG.sequence && tag !== TAG.set) {
    throw new DerError('a value in constructed form, which DER does not allow');
  }
  const children: DerNode[] = [];
  let at = 0;
  while (at < content.length) {
    const child = readNode(content, at, { depth: position.depth + 1, budget: position.budget });
    children.push(child);
    at += child.der.length;
  }
  if (tag === TAG.set) checkSetOrder(children);
  return { tag, der, content, children };
}

/** Where one TLV has its content; nothing inside is read. @throws DerError */
export function readHeader(bytes: Uint8Array, offset: number) {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) throw new DerError('the structure is cut off');
  if (tag === 0 || (tag & 0x1f) === 0x1f) throw new DerError('a tag that no request uses');
  let length = first;
  let contentStart = offset + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0) throw new DerError('an indefinite length, which DER does not allow');
    if (count > 4) throw new DerError('a length beyond any file');
    length = 0;
    for (let index = 0; index < count; index += 1) {
      const octet = bytes[contentStart + index];
      if (octet === undefined) throw new DerError('the structure is cut off');
      length = length * 256 + octet;
    }
    contentStart += count;
    if (length < 0x80 || length < 256 ** (count - 1)) {
      throw new DerError('a length that is not encoded in its shortest form');
    }
  }
  const contentEnd = contentStart + length;
  if (contentEnd > bytes.length) throw new DerError('the structure is cut off');
  return { tag, contentStart, contentEnd };
}

function checkPrimitive(tag: number, content: Uint8Array): void {
  const [first, second] = content;
  switch (tag) {
    case TAG.boolean:
      if (content.length !== 1 || (first !== 0x00 && first !== 0xff)) {
        throw new DerError('a BOOLEAN that is neither 00 nor FF');
      }
      return;
    case TAG.integer:
      if (first === undefined) throw new DerError('an empty INTEGER');
      if (second === undefined) return;
      if ((first === 0x00 && second < 0x80) || (first === 0xff && second >= 0x80)) {
        throw new DerError('an INTEGER with superfluous leading octets');
      }
      return;
    case TAG.null:
      if (content.length !== 0) throw new DerError('a NULL with content');
      return;
    case TAG.bitString:
      checkBitString(content);
      return;
    case TAG.oid:
      checkOid(content);
      return;
    case TAG.sequence & ~0x20:
    case TAG.set & ~0x20:
      throw new DerError('a SEQUENCE or SET in primitive form');
    default:
  }
}

function checkBitString(content: Uint8Array): void {
  const unused = content[0];
  const last = content[content.length - 1] ?? 0;
  if (unused === undefined || unused > 7 || (content.length === 1 && unused !== 0)) {
    throw new DerError('a BIT STRING with an impossible count of unused bits');
  }
  if (content.length > 1 && (last & ((1 << unused) - 1)) !== 0) {
    throw new DerError('a BIT STRING whose unused bits are not zero');
  }
}

// 64 octets hold every OID in use several times over.
const MAX_OID_OCTETS = 64;

function checkOid(content: Uint8Array): void {
  if (content.length === 0 || content.length > MAX_OID_OCTETS) {
    throw new DerError(`an object identifier of ${content.length} octets`);
  }
  let startsArc = true;
  for (const octet of content) {
    if (startsArc && octet === 0x80) throw new DerError('an object identifier with padding');
    startsArc = octet < 0x80;
  }
  if (!startsArc) throw new DerError('an object identifier that is cut off');
}

function checkSetOrder(children: readonly DerNode[]): void {
  for (let index = 1; index < children.length; index += 1) {
    const [before, after] = [children[index - 1], children[index]];
    if (before && after && compareBytes(before.der, after.der) > 0) {
      throw new DerError('a SET whose elements are not in DER order');
    }
  }
}

/** Sorts as X.690, 11.6 does. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && compareBytes(left, right) === 0;
}

/** Dotted text of an OBJECT IDENTIFIER. @throws DerError when the node is none */
export function oidText(node: DerNode | undefined): string {
  const content = expect(node, TAG.oid, 'an object identifier').content;
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of content) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet >= 0x80) continue;
    if (arcs.length === 0) {
      const root = arc < 40n ? 0n : arc < 80n ? 1n : 2n;
      arcs.push(root, arc - root * 40n);
    } else arcs.push(arc);
    arc = 0n;
  }
  return arcs.join('.');
}

/** The node, when it has the tag. @throws DerError otherwise, naming what was expected */
export function expect(node: DerNode | undefined, tag: number, what: string): DerNode {
  if (node === undefined) throw new DerError(`${what} is missing`);
  if (node.tag !== tag) throw new DerError(`${what} was expected, another type was found`);
  return node;
}

/** Content of a BIT STRING of whole octets. @throws DerError */
export function bitStringOctets(node: DerNode | undefined, what: string): Uint8Array {
  const content = expect(node, TAG.bitString, what).content;
  if (content[0] !== 0) throw new DerError(`${what} is not a whole number of octets`);
  return content.subarray(1);
}

/** Magnitude of a non-negative INTEGER, without the sign octet. @throws DerError when negative */
export function unsignedInteger(node: DerNode | undefined, what: string): Uint8Array {
  const content = expect(node, TAG.integer, what).content;
  if ((content[0] ?? 0) >= 0x80) throw new DerError(`${what} is negative`);
  return content[0] === 0 && content.length > 1 ? content.subarray(1) : content;
}
