/** Public keys whose private half is known to others, as far as this deployment was told. */
import { processWide, setProcessWide } from '@/lib/platform/process-wide';
import { openWeakKeyFile } from './weak-key-file';

export type KnownWeakKeys = {
  /** @param spkiSha256Hex SHA-256 of the SPKI in DER, hexadecimal of either case */
  has(spkiSha256Hex: string): Promise<boolean>;
  close(): Promise<void>;
};

const NONE: KnownWeakKeys = { has: async () => false, close: async () => undefined };

/** The list of this process; one without keys where the operator gave none. */
export function knownWeakKeys(): KnownWeakKeys {
  return processWide('known-weak-keys', () => NONE);
}

/**
 * @param path WEAK_KEYS_FILE; null: no list
 * @throws WeakKeyFileError in one line
 */
export async function openKnownWeakKeys(path: string | null): Promise<KnownWeakKeys> {
  const opened = path === null ? NONE : await openWeakKeyFile(path);
  setProcessWide('known-weak-keys', opened);
  return opened;
}
