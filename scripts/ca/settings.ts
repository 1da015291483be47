/** What the verbs read from the environment and the flags: rooms, kinds of keys, places. */
import { resolve } from 'node:path';
import { portalEnv, SettingsError } from '@/lib/platform/env';
import { signerFolder } from '@/lib/platform/signer-env';
import { type TokenEnv, tokenEnv } from '@/lib/platform/token-env';
import { CaError, type CaRoom, type KeyWords } from '@/lib/signer/ca/plan';
import type { CaKeyName } from '@/lib/signer/ca-certificates';
import { folderSealingKey } from '@/lib/signer/key-folder';
import type { Token } from '@/lib/signer/pkcs11';

export type Flags = Readonly<Record<string, string | boolean | undefined>>;

const MIN_PASSPHRASE_LENGTH = 8;
const KINDS: Readonly<Record<string, CaKeyName>> = {
  p256: 'EC P-256',
  p384: 'EC P-384',
  rsa2048: 'RSA 2048',
  rsa3072: 'RSA 3072',
};
export const KEY_USAGE = Object.keys(KINDS).join('|');

export type CaSettings = {
  readonly flags: Flags;
  readonly folder: string;
  readonly env: ReturnType<typeof portalEnv>;
  /** Origin of the addresses in certificates; null: none is set. */
  readonly pkiUrl: string | null;
  readonly room: CaRoom;
  readonly now: Date;
  /** Null where no token is set. */
  readonly token: (() => Promise<Token>) | null;
  close(): Promise<void>;
};

/** @throws SettingsError */
export function caSettings(flags: Flags): CaSettings {
  const env = portalEnv(process.env);
  const folder = text(flags, 'folder') ?? null;
  const settings = tokenEnv(process.env);
  let opened: Promise<Token> | null = null;
  const open = (found: TokenEnv) => () => {
    opened ??= import('@/lib/signer/pkcs11').then(({ openToken }) => openToken(found));
    return opened;
  };
  const token = settings && open(settings);
  const now = new Date();
  const place = folder === null ? signerFolder(env.dataDir, process.env) : path(folder);
  return {
    flags,
    env,
    folder: place,
    pkiUrl:
      text(flags, 'pki-url') ?? (process.env.PKI_URL || process.env.PUBLIC_URL ? env.pkiUrl : null),
    room: roomOf(place, 'CA_PASSPHRASE', token, now),
    now,
    token,
    close: async () => {
      await (await opened)?.close();
    },
  };
}

export function roomOf(
  folder: string,
  setting: 'CA_PASSPHRASE' | 'ROOT_PASSPHRASE',
  token: CaSettings['token'],
  now: Date,
): CaRoom {
  let key: ReturnType<typeof folderSealingKey> | null = null;
  return {
    folder,
    token,
    now,
    sealingKey: () => {
      key ??= folderSealingKey(folder, passphraseOf(setting));
      return key;
    },
  };
}

/** @throws SettingsError for one that is too short */
export function passphraseOf(name: string): string | null {
  const given = process.env[name];
  if (!given) return null;
  if (given.length >= MIN_PASSPHRASE_LENGTH) return given;
  throw new SettingsError(`${name}: at least ${MIN_PASSPHRASE_LENGTH} characters.`);
}

export function text(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** @throws CaError when it was not given */
export function required(flags: Flags, name: string): string {
  const value = text(flags, name);
  if (value) return value;
  throw new CaError(`--${name} is missing.`);
}

/** Relative to where npm was called, which is not where it runs. */
export function path(given: string): string {
  return resolve(process.env.INIT_CWD ?? process.cwd(), given);
}

/** @throws CaError for a kind that no CA has */
export function keyOf(flags: Flags, name: 'key' | 'root-key', usual: CaKeyName): KeyWords {
  const word = text(flags, name);
  const kind = word === undefined ? usual : KINDS[word];
  if (kind) return { kind, into: flags.pkcs11 ? 'token' : 'folder' };
  throw new CaError(`--${name}: write ${KEY_USAGE}.`);
}
