/**
 * The signer's folder: one file for each CA (its certificates and, sealed or by its place in a token, its key), the
 * salt of the passphrase, and the log. Files are added, never written over.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  lchownSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { idPattern } from '@/lib/kernel/ids';
import { openSecret, type SealingKey, sealingKeyFrom, sealSecret } from './sealed-key';

export const Custody = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('sealed'), sealedKey: z.string() }),
  z.strictObject({ kind: z.literal('pkcs11'), token: z.string(), keyId: z.string() }),
  /** The key is on another machine. */
  z.strictObject({ kind: z.literal('elsewhere') }),
]);
export type Custody = z.infer<typeof Custody>;

const der = z.base64().transform((text) => new Uint8Array(Buffer.from(text, 'base64')));
const Stored = z.strictObject({
  version: z.literal(1),
  issuerId: z.string().regex(idPattern('issuer')),
  kind: z.enum(['root', 'issuing']),
  environment: z.enum(ENVIRONMENTS).nullable(),
  name: z.string(),
  certificate: der,
  crossCertificate: der.nullable(),
  custody: Custody,
});

export type StoredIssuer = {
  issuerId: string;
  kind: 'root' | 'issuing';
  environment: (typeof ENVIRONMENTS)[number] | null;
  name: string;
  certificateDer: Uint8Array;
  crossCertificateDer: Uint8Array | null;
  custody: Custody;
};

/** The folder is not one of ours, or a file in it is not what was written. */
export class KeyFolderError extends Error {}

const SEAL_FILE = 'seal.json';
const PASSPHRASE_FILE = 'passphrase';
const LOG_FILE = 'signer.log';
const CHECK_TEXT = 'countersign signer';
const PASSPHRASE_BYTES = 32;

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left there. Make room, and say the same again',
  EDQUOT: 'no space is left there. Make room, and say the same again',
};

export const signerLogPath = (folder: string): string => join(folder, LOG_FILE);

/** Every CA in the folder, oldest first. @throws KeyFolderError */
export function storedIssuers(folder: string): StoredIssuer[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => /^iss_.*\.json$/.test(name))
    .sort()
    .map((name) => storedIssuer(join(folder, name)));
}

function storedIssuer(path: string): StoredIssuer {
  const issuer = parseStored(jsonIn(path));
  if (issuer) return issuer;
  throw new KeyFolderError(`${path} is not a CA that was written here`);
}

/** One CA as `storedJson` writes it; null for anything else. */
export function parseStored(json: unknown): StoredIssuer | null {
  const parsed = Stored.safeParse(json);
  if (!parsed.success) return null;
  const { version: _version, certificate, crossCertificate, ...rest } = parsed.data;
  return { ...rest, certificateDer: certificate, crossCertificateDer: crossCertificate };
}

export function storedJson({ certificateDer, crossCertificateDer, ...rest }: StoredIssuer) {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  return {
    version: 1,
    ...rest,
    certificate: base64(certificateDer),
    crossCertificate: crossCertificateDer === null ? null : base64(crossCertificateDer),
  };
}

/** Adds one CA, whole or not at all. @throws KeyFolderError when it is there already: nothing is written over */
export function storeIssuer(folder: string, issuer: StoredIssuer): void {
  writeOnce(join(folder, `${issuer.issuerId}.json`), storedJson(issuer));
}

/**
 * The key that seals this folder's CA keys; the first call makes its salt.
 * @param passphrase null: the one generated into the folder, for trying only
 * @throws KeyFolderError when it is not the passphrase the folder was made with
 */
export async function folderSealingKey(
  folder: string,
  passphrase: string | null,
): Promise<SealingKey> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const words = passphrase ?? generatedPassphrase(folder);
  const path = join(folder, SEAL_FILE);
  if (!existsSync(path)) {
    const salt = randomBytes(16);
    const key = await sealingKeyFrom(words, salt);
    const check = sealSecret(Buffer.from(CHECK_TEXT), key);
    writeOnce(path, { version: 1, salt: salt.toString('base64'), check });
    return key;
  }
  const { salt, check } = Object(jsonIn(path));
  const key = await sealingKeyFrom(words, Buffer.from(String(salt), 'base64'));
  try {
    openSecret(String(check), key);
    return key;
  } catch (cause) {
    const what = passphrase === null ? `${join(folder, PASSPHRASE_FILE)} is` : 'CA_PASSPHRASE is';
    throw new KeyFolderError(
      `${what} not the passphrase that the CA keys in ${folder} were sealed with. Set CA_PASSPHRASE to that one.`,
      { cause },
    );
  }
}

function generatedPassphrase(folder: string): string {
  const path = join(folder, PASSPHRASE_FILE);
  if (!existsSync(path)) {
    const text = `${randomBytes(PASSPHRASE_BYTES).toString('base64url')}\n`;
    writeFileSync(path, text, { mode: 0o600, flag: 'wx' });
  }
  return readFileSync(path, 'utf8').trim();
}

/**
 * Adds a file of JSON to the folder, whole or not at all, for whoever the folder belongs to.
 * @throws KeyFolderError when there is one of this name: nothing is written over
 */
export function writeOnce(path: string, content: unknown): void {
  // Under another name first: what has its own name is whole, also after a power cut. link(2) never replaces.
  const draft = `${path}.${process.pid}.new`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    try {
      giveToOwnerOf(dirname(path), draft);
      writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    linkSync(draft, path);
  } catch (cause) {
    const code = String(Object(cause).code ?? cause);
    const why = code === 'EEXIST' ? 'it is there already' : (WORDS[code] ?? code);
    throw new KeyFolderError(`${path} cannot be written: ${why}`, { cause });
  } finally {
    unlinkSync(draft);
  }
  const folder = openSync(join(path, '..'), 'r');
  fsyncSync(folder);
  closeSync(folder);
}

/** An operator who is root adds files that the signer's user is to read. */
export function giveToOwnerOf(folder: string, path: string): void {
  const { uid, gid } = statSync(folder);
  if (process.getuid?.() === 0 && uid !== 0) lchownSync(path, uid, gid);
}

/** @throws KeyFolderError when it is not there or no JSON */
export function jsonIn(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw new KeyFolderError(`${path} cannot be read as it was written`, { cause });
  }
}
