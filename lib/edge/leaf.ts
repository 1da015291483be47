/**
 * Whether a leaf may authenticate a client at all. Read from its DER here because node:crypto shows extended key
 * usage but not key usage, and because the gateway must not build on a certificate library for one question.
 * Nothing here trusts the certificate: trust is its fingerprint being known.
 */

const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const KEY_USAGE = '2.5.29.15';

const SEQUENCE = 0x30;
const OID = 0x06;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const EXTENSIONS = 0xa3;
const DIGITAL_SIGNATURE_OR_KEY_AGREEMENT = 0x80 | 0x08;

type Element = { tag: number; content: Uint8Array };

/**
 * `allowed` when extended key usage is absent or lists clientAuth, and key usage is absent or has digitalSignature
 * or keyAgreement: the rule of `openssl verify -purpose sslclient`. anyExtendedKeyUsage alone is not enough. What
 * cannot be read is `refused`.
 * @param der one X.509 certificate
 * @see RFC 5280, 4.2.1.3 and 4.2.1.12
 */
export function clientAuthOf(der: Uint8Array): 'allowed' | 'refused' {
  try {
    const extensions = extensionsOf(der);
    const usages = extensions.get(EXTENDED_KEY_USAGE);
    if (usages !== undefined) {
      const oids = elements(only(usages, SEQUENCE));
      if (!oids.some((oid) => oid.tag === OID && oidText(oid.content) === CLIENT_AUTH)) {
        return 'refused';
      }
    }
    const keyUsage = extensions.get(KEY_USAGE);
    if (keyUsage === undefined) return 'allowed';
    // The first octet counts unused bits, the second holds bits 0 to 7.
    const bits = only(keyUsage, BIT_STRING)[1] ?? 0;
    return (bits & DIGITAL_SIGNATURE_OR_KEY_AGREEMENT) === 0 ? 'refused' : 'allowed';
  } catch (error) {
    if (error instanceof DerError) return 'refused';
    throw error;
  }
}

class DerError extends Error {}

function extensionsOf(der: Uint8Array): Map<string, Uint8Array> {
  const [tbs] = elements(only(der, SEQUENCE));
  if (tbs === undefined || tbs.tag !== SEQUENCE) throw new DerError('no TBSCertificate');
  const found = new Map<string, Uint8Array>();
  const wrapped = elements(tbs.content).find((element) => element.tag === EXTENSIONS);
  if (wrapped === undefined) return found;
  for (const extension of elements(only(wrapped.content, SEQUENCE))) {
    const [oid, ...rest] = elements(extension.content);
    const value = rest.at(-1);
    if (oid?.tag !== OID || value?.tag !== OCTET_STRING) throw new DerError('not an Extension');
    const name = oidText(oid.content);
    // RFC 5280, 4.2: at most one instance of an extension.
    if (found.has(name)) throw new DerError('a repeated extension');
    found.set(name, value.content);
  }
  return found;
}

function only(bytes: Uint8Array, tag: number): Uint8Array {
  const [element, ...others] = elements(bytes);
  if (element?.tag !== tag || others.length > 0) throw new DerError('another element expected');
  return element.content;
}

/** The elements that fill `bytes` exactly. Only low tag numbers and definite lengths, as DER certificates have. */
function elements(bytes: Uint8Array): Element[] {
  const list: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const tag = bytes[at] ?? 0;
    const first = bytes[at + 1];
    if (first === undefined || (tag & 0x1f) === 0x1f) throw new DerError('not an element');
    at += 2;
    let length = first;
    if (first >= 0x80) {
      const octets = first & 0x7f;
      if (octets === 0 || octets > 3) throw new DerError('not a DER length');
      length = 0;
      for (let index = 0; index < octets; index += 1)
        length = length * 256 + (bytes[at + index] ?? 0);
      at += octets;
    }
    if (at + length > bytes.length) throw new DerError('an element ends early');
    list.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return list;
}

function oidText(content: Uint8Array): string {
  const arcs: number[] = [];
  let value = 0;
  for (const octet of content) {
    value = value * 128 + (octet & 0x7f);
    if (octet >= 0x80) continue;
    if (arcs.length === 0)
      arcs.push(
        Math.min(2, Math.floor(value / 40)),
        value - 40 * Math.min(2, Math.floor(value / 40)),
      );
    else arcs.push(value);
    value = 0;
  }
  return arcs.join('.');
}
