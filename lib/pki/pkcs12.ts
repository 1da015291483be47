/** PKCS #12 files: a key, its certificate and the chain above it, under one password. */
import { copyOf } from './bytes';
import { TAG } from './der';
import { context, octetString, oid, sequence, setOf, tlv, wholeNumber } from './der-write';
import type { KeyEngine } from './key-engine';
import type { KeyPassword } from './key-password';
import { OID } from './oids';
import { pbes2Encrypt } from './pbes2';
import { bmpOctets, PURPOSE, pkcs12Derive } from './pkcs12-kdf';
import { type Hash, SHA_1, SHA_256 } from './sha';
import { tripleDesEncrypt } from './triple-des';

/**
 * `modern`: PBES2 with AES-256-CBC and HMAC-SHA-256, MAC by SHA-256. `compatible`: 3DES and SHA-1, which every
 * reader since 1999 knows and which protect badly.
 */
export type Pkcs12Form = 'modern' | 'compatible';

export type Pkcs12Content = {
  /** PrivateKeyInfo (PKCS #8), DER. */
  keyDer: Uint8Array;
  /** The key's own certificate first, then its issuers upwards. DER. */
  certificates: readonly [Uint8Array, ...Uint8Array[]];
  /** What key stores call the entry. */
  friendlyName: string;
};

type Encrypt = (plain: Uint8Array) => Promise<{ algorithm: Uint8Array; encrypted: Uint8Array }>;
type Suite = {
  /**
   * A password can be tried at each of three places (certificates, key, MAC), and the cheapest decides: all have the
   * same count. .NET reads no file with more than 300,000 at one place or, in older releases, 600,000 in all.
   */
  iterations: number;
  hash: Hash;
  hashId: string;
  hashName: 'SHA-1' | 'SHA-256';
};

const SUITES: Record<Pkcs12Form, Suite> = {
  modern: { iterations: 200_000, hash: SHA_256, hashId: OID.sha256, hashName: 'SHA-256' },
  // Old readers derive slowly, and some refuse more.
  compatible: { iterations: 10_000, hash: SHA_1, hashId: OID.sha1, hashName: 'SHA-1' },
};

const MAC_SALT_BYTES = 16;
const OLD_SALT_BYTES = 8;

/**
 * The file, DER (`.p12`).
 * @see RFC 7292, 4 and 5.1
 */
export async function pkcs12(
  content: Pkcs12Content,
  given: { form: Pkcs12Form; password: KeyPassword; engine: KeyEngine },
): Promise<Uint8Array> {
  const suite = SUITES[given.form];
  const encrypt: Encrypt =
    given.form === 'modern'
      ? (plain) => pbes2Encrypt(plain, { ...given, iterations: suite.iterations })
      : async (plain) => oldEncrypt(plain, { ...given, iterations: suite.iterations });
  const [leaf] = content.certificates;
  const own = attributes(content.friendlyName, SHA_1.digest(leaf));
  const certificates = content.certificates.map((der, place) =>
    certificateBag(der, place === 0 ? own : null),
  );
  const key = await encrypt(content.keyDer);
  const keyBag = sequence(
    oid(OID.shroudedKeyBag),
    context(0, sequence(key.algorithm, octetString(key.encrypted))),
    own,
  );
  const safe = sequence(
    encryptedData(await encrypt(sequence(...certificates))),
    data(sequence(keyBag)),
  );
  return sequence(wholeNumber(3), data(safe), await macOf(safe, suite, given));
}

/** @see RFC 7292, 4.2.3 */
function certificateBag(der: Uint8Array, own: Uint8Array | null): Uint8Array {
  const value = sequence(oid(OID.x509Certificate), context(0, octetString(der)));
  return sequence(oid(OID.certificateBag), context(0, value), ...(own ? [own] : []));
}

/** Both bags of the pair carry them: readers find the certificate of a key by localKeyID. @see RFC 2985, 5.5 */
function attributes(friendlyName: string, localKeyId: Uint8Array): Uint8Array {
  return setOf(
    sequence(oid(OID.friendlyName), setOf(tlv(TAG.bmpString, bmpOctets(friendlyName)))),
    sequence(oid(OID.localKeyId), setOf(octetString(localKeyId))),
  );
}

function data(content: Uint8Array): Uint8Array {
  return sequence(oid(OID.data), context(0, octetString(content)));
}

/** @see RFC 5652, 8 */
function encryptedData(given: { algorithm: Uint8Array; encrypted: Uint8Array }): Uint8Array {
  const content = sequence(oid(OID.data), given.algorithm, tlv(0x80, given.encrypted));
  return sequence(oid(OID.encryptedData), context(0, sequence(wholeNumber(0), content)));
}

/** pbeWithSHAAnd3-KeyTripleDES-CBC. @see RFC 7292, appendix C */
function oldEncrypt(
  plain: Uint8Array,
  given: { password: KeyPassword; iterations: number; engine: KeyEngine },
): { algorithm: Uint8Array; encrypted: Uint8Array } {
  const { iterations, password } = given;
  const salt = given.engine.fresh(OLD_SALT_BYTES);
  const derived = { hash: SHA_1, password, salt, iterations };
  const key = pkcs12Derive({ ...derived, purpose: PURPOSE.key, count: 24 });
  const iv = pkcs12Derive({ ...derived, purpose: PURPOSE.iv, count: 8 });
  const parameters = sequence(octetString(salt), wholeNumber(iterations));
  return {
    algorithm: sequence(oid(OID.pbeSha1TripleDes), parameters),
    encrypted: tripleDesEncrypt(plain, key, iv),
  };
}

/** MacData. @see RFC 7292, 4 and appendix B */
async function macOf(
  safe: Uint8Array,
  suite: Suite,
  { password, engine }: { password: KeyPassword; engine: KeyEngine },
): Promise<Uint8Array> {
  const { hash, hashName: name, iterations } = suite;
  const salt = engine.fresh(MAC_SALT_BYTES);
  const count = hash.digestBytes;
  const secret = pkcs12Derive({ hash, purpose: PURPOSE.mac, password, salt, iterations, count });
  const algorithm = { name: 'HMAC', hash: name };
  const key = await engine.subtle.importKey('raw', copyOf(secret), algorithm, false, ['sign']);
  const mac = new Uint8Array(await engine.subtle.sign('HMAC', key, copyOf(safe)));
  const digestInfo = sequence(sequence(oid(suite.hashId), tlv(TAG.null)), octetString(mac));
  return sequence(digestInfo, octetString(salt), wholeNumber(iterations));
}
