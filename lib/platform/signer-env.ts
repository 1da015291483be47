/** The settings of a signer process, read from its environment once, whole or not at all. */
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { telemetrySettings } from '@/lib/telemetry/settings';
import { SettingsError } from './env';

export type SignerEnv = {
  /** Absolute: CA keys, their seal and the log. */
  readonly folder: string;
  readonly socket: string;
  readonly secret: string;
  /** Null: a generated one in the folder, for trying only. */
  readonly passphrase: string | null;
  /** Where committed intents are read; null: whoever asks sends them. */
  readonly databaseUrl: string | null;
  readonly pkiUrl: string;
  /** Makes the CA of a first start under this name; null: an empty folder stays empty. */
  readonly firstAuthorityFor: string | null;
  readonly maxPerMinute: number;
  /** Whom it becomes when it was started as root; null: it stays who it is. */
  readonly user: { readonly uid: number; readonly gid: number; readonly socketGid: number } | null;
};

const MIN_PASSPHRASE_LENGTH = 8;
const MIN_SECRET_LENGTH = 16;
// Five certificates each of a hundred accounts; a portal that is well asks for far fewer.
const DEFAULT_PER_MINUTE = 6_000;

const id = z.coerce.number().int().positive();
const Settings = z.object({
  SIGNER_DIR: z.string().min(1),
  SIGNER_SOCKET: z.string().min(1),
  SIGNER_SECRET: z.string().min(MIN_SECRET_LENGTH, `at least ${MIN_SECRET_LENGTH} characters`),
  CA_PASSPHRASE: z
    .string()
    .min(MIN_PASSPHRASE_LENGTH, `at least ${MIN_PASSPHRASE_LENGTH} characters`)
    .optional(),
  SIGNER_DATABASE_URL: z.string().startsWith('postgres').optional(),
  PKI_URL: z.url({ protocol: /^https?$/, error: 'write an http or https address' }),
  SIGNER_FIRST_AUTHORITY: z.string().min(1).optional(),
  SIGNER_MAX_PER_MINUTE: id.default(DEFAULT_PER_MINUTE),
  SIGNER_UID: id.optional(),
  SIGNER_GID: id.optional(),
  SIGNER_SOCKET_GID: id.optional(),
  ...telemetrySettings,
});

/** @throws SettingsError with one line naming every setting that is wrong; no value of a secret is in it */
export function signerEnv(env: Readonly<Record<string, string | undefined>>): SignerEnv {
  const present = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = Settings.safeParse(present);
  if (!parsed.success) {
    const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new SettingsError(`${[...new Set(faults)].join('; ')}.`);
  }
  const given = parsed.data;
  const { SIGNER_UID: uid, SIGNER_GID: gid = uid, SIGNER_SOCKET_GID: socketGid = gid } = given;
  return {
    folder: resolve(given.SIGNER_DIR),
    socket: resolve(given.SIGNER_SOCKET),
    secret: given.SIGNER_SECRET,
    passphrase: given.CA_PASSPHRASE ?? null,
    databaseUrl: given.SIGNER_DATABASE_URL ?? null,
    pkiUrl: given.PKI_URL.replace(/\/+$/, ''),
    firstAuthorityFor: given.SIGNER_FIRST_AUTHORITY ?? null,
    maxPerMinute: given.SIGNER_MAX_PER_MINUTE,
    user:
      uid === undefined || gid === undefined || socketGid === undefined
        ? null
        : { uid, gid, socketGid },
  };
}

/** Where `npm start` and `npm run ca` keep the signer of a data directory. */
export function signerFolder(dataDir: string, env: NodeJS.ProcessEnv): string {
  return resolve(env.SIGNER_DIR || join(dataDir, 'signer'));
}
