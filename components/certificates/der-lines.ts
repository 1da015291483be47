/** A certificate as the tree of values it is encoded as, one line each, for reading. */
import { type DerNode, oidText, readDer, TAG } from '@/lib/pki/der';

export type DerLine = {
  /** Octets from the beginning of the certificate. */
  offset: number;
  depth: number;
  type: string;
  text: string;
  /** Octets of content, without tag and length. */
  contentLength: number;
};

const TYPES: Record<number, string> = {
  [TAG.boolean]: 'BOOLEAN',
  [TAG.integer]: 'INTEGER',
  [TAG.bitString]: 'BIT STRING',
  [TAG.octetString]: 'OCTET STRING',
  [TAG.null]: 'NULL',
  [TAG.oid]: 'OID',
  [TAG.utf8String]: 'UTF8String',
  [TAG.numericString]: 'NumericString',
  [TAG.printableString]: 'PrintableString',
  [TAG.ia5String]: 'IA5String',
  [TAG.utcTime]: 'UTCTime',
  [TAG.generalizedTime]: 'GeneralizedTime',
  [TAG.sequence]: 'SEQUENCE',
  [TAG.set]: 'SET',
};

const OID_NAMES: Record<string, string> = {
  '1.2.840.113549.1.1.1': 'rsaEncryption',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '1.2.840.10045.2.1': 'id-ecPublicKey',
  '1.2.840.10045.3.1.7': 'P-256',
  '1.3.132.0.34': 'P-384',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.2.840.10045.4.3.3': 'ecdsa-with-SHA384',
  '1.3.101.112': 'Ed25519',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  '2.5.4.3': 'commonName',
  '2.5.4.6': 'countryName',
  '2.5.4.7': 'localityName',
  '2.5.4.8': 'stateOrProvinceName',
  '2.5.4.10': 'organizationName',
  '2.5.4.11': 'organizationalUnitName',
  '2.5.29.14': 'subjectKeyIdentifier',
  '2.5.29.15': 'keyUsage',
  '2.5.29.17': 'subjectAltName',
  '2.5.29.19': 'basicConstraints',
  '2.5.29.31': 'cRLDistributionPoints',
  '2.5.29.35': 'authorityKeyIdentifier',
  '2.5.29.37': 'extKeyUsage',
  '1.3.6.1.5.5.7.1.1': 'authorityInfoAccess',
};

const SHOWN_HEX_BYTES = 8;

/**
 * Every value in order of encoding, that inside OCTET STRINGs of extensions too.
 * @throws DerError when it is not DER
 */
export function derLines(der: Uint8Array): DerLine[] {
  return linesOf(readDer(der), { origin: der.byteOffset, depth: 0 });
}

function linesOf(node: DerNode, at: { origin: number; depth: number }): DerLine[] {
  const inside = node.tag === TAG.octetString ? encapsulated(node.content) : null;
  const line = {
    offset: node.der.byteOffset - at.origin,
    depth: at.depth,
    type: TYPES[node.tag] ?? contextType(node.tag),
    text: node.children.length > 0 || inside ? '' : textOf(node),
    contentLength: node.content.length,
  };
  const below = { origin: at.origin, depth: at.depth + 1 };
  const children = inside ? [inside] : node.children;
  return [line, ...children.flatMap((child) => linesOf(child, below))];
}

/** The DER inside an OCTET STRING; null when it holds plain octets. */
function encapsulated(content: Uint8Array): DerNode | null {
  try {
    return content.length > 1 ? readDer(content) : null;
  } catch {
    return null;
  }
}

function contextType(tag: number): string {
  return (tag & 0xc0) === 0x80 ? `[${tag & 0x1f}]` : `tag ${tag}`;
}

function textOf({ tag, content, der }: DerNode): string {
  switch (tag) {
    case TAG.oid: {
      const oid = oidText({ tag, content, der, children: [] });
      return OID_NAMES[oid] ?? oid;
    }
    case TAG.boolean:
      return content[0] === 0 ? 'FALSE' : 'TRUE';
    case TAG.null:
      return '';
    case TAG.utf8String:
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.numericString:
    case TAG.utcTime:
    case TAG.generalizedTime:
    case 0x82: // dNSName and uniformResourceIdentifier (RFC 5280, 4.2.1.6) are IA5String under a context tag.
    case 0x86:
      return new TextDecoder().decode(content);
    default:
      return hexText(content);
  }
}

function hexText(content: Uint8Array): string {
  const hex = [...content].map((byte) => byte.toString(16).toUpperCase().padStart(2, '0'));
  if (hex.length <= 2 * SHOWN_HEX_BYTES) return hex.join('');
  return `${hex.slice(0, SHOWN_HEX_BYTES).join('')}…${hex.slice(-SHOWN_HEX_BYTES).join('')}`;
}
