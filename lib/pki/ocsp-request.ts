/** OCSP requests as anybody may send them: read strictly, with what an answer has to repeat kept as it came. */
import { DerError, type DerNode, expect, oidText, readDer, TAG, unsignedInteger } from './der';
import { extensionList } from './lint-read';
import { OID } from './oids';

export type CertId = {
  /** As it came: the answer repeats it octet for octet. */
  readonly der: Uint8Array;
  readonly hash: 'sha1' | 'sha256' | 'other';
  readonly issuerNameHash: Uint8Array;
  readonly issuerKeyHash: Uint8Array;
  /** Upper-case hexadecimal without leading zeros. */
  readonly serialHex: string;
};

export type OcspRequest = {
  /** At least one. */
  readonly certIds: readonly CertId[];
  /** 1 to 32 octets; null when none was asked for. */
  readonly nonce: Uint8Array | null;
};

/** A request for a hundred certificates has 10 KB; a signed one brings its certificates along. */
export const MAX_OCSP_REQUEST_BYTES = 16_384;
const MAX_CERT_IDS = 100;
const MAX_NONCE_BYTES = 32;

/**
 * A signature of the requestor is not checked: anybody may ask (RFC 6960, 4.1.2).
 * @throws DerError for all that must be answered by `malformedRequest`
 * @see RFC 6960, 4.1.1 RFC 8954, 2.1 for the nonce
 */
export function parseOcspRequest(der: Uint8Array): OcspRequest {
  const [tbs, signature, ...more] = expect(readDer(der), TAG.sequence, 'a request').children;
  if (more.length > 0 || (signature !== undefined && signature.tag !== 0xa0)) {
    throw new DerError('more parts than a request has');
  }
  const parts = [...expect(tbs, TAG.sequence, 'a TBSRequest').children];
  const version = parts[0]?.tag === 0xa0 ? parts.shift() : undefined;
  if (version && !isVersion1(version)) throw new DerError('another version than 1');
  if (parts[0]?.tag === 0xa1) parts.shift();
  const [list, extensions, ...others] = parts;
  if (others.length > 0) throw new DerError('more parts than a TBSRequest has');
  const requests = expect(list, TAG.sequence, 'the list of requests').children;
  if (requests.length === 0 || requests.length > MAX_CERT_IDS) {
    throw new DerError(`${requests.length} certificates are asked for`);
  }
  return { certIds: requests.map(certIdOf), nonce: nonceIn(extensions) };
}

function isVersion1(node: DerNode): boolean {
  const [number, ...more] = node.children;
  const content = expect(number, TAG.integer, 'a version').content;
  return more.length === 0 && content.length === 1 && content[0] === 0;
}

function certIdOf(node: DerNode): CertId {
  const [id, extensions, ...more] = expect(node, TAG.sequence, 'a request').children;
  if (more.length > 0) throw new DerError('more parts than a request has');
  for (const [oid, { critical }] of listOf(extensions, 0xa0)) {
    if (critical) throw new DerError(`the critical extension ${oid}`);
  }
  const [algorithm, name, key, serial, ...others] = expect(id, TAG.sequence, 'a CertID').children;
  if (others.length > 0) throw new DerError('more parts than a CertID has');
  const magnitude = Buffer.from(unsignedInteger(serial, 'a serial')).toString('hex');
  return {
    der: id?.der ?? new Uint8Array(),
    hash: hashOf(algorithm),
    issuerNameHash: expect(name, TAG.octetString, 'the hash of a name').content,
    issuerKeyHash: expect(key, TAG.octetString, 'the hash of a key').content,
    serialHex: magnitude.replace(/^0+(?=.)/, '').toUpperCase(),
  };
}

function hashOf(algorithm: DerNode | undefined): CertId['hash'] {
  const id = oidText(expect(algorithm, TAG.sequence, 'a hash algorithm').children[0]);
  if (id === OID.sha1) return 'sha1';
  return id === OID.sha256 ? 'sha256' : 'other';
}

function nonceIn(node: DerNode | undefined): Uint8Array | null {
  let nonce: Uint8Array | null = null;
  for (const [oid, { critical, value }] of listOf(node, 0xa2)) {
    if (oid === OID.ocspNonce) {
      if (nonce !== null) throw new DerError('two nonces');
      nonce = nonceOf(value);
    } else if (critical) throw new DerError(`the critical extension ${oid}`);
  }
  return nonce;
}

function nonceOf(value: Uint8Array): Uint8Array {
  const { content } = expect(readDer(value), TAG.octetString, 'a nonce');
  if (content.length > 0 && content.length <= MAX_NONCE_BYTES) return content;
  throw new DerError(`a nonce of ${content.length} octets`);
}

function listOf(node: DerNode | undefined, tag: number) {
  if (node === undefined) return [];
  const { children } = expect(node, tag, 'extensions');
  if (children.length !== 1) throw new DerError('one list of extensions was expected');
  return extensionList(children[0]);
}
