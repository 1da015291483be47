/** The signer over one key folder: in a process of its own by default, in the portal's in tests. */
import { crlMemory } from './crl-memory';
import { guardedSigner } from './guarded-signer';
import { type Custody, type StoredIssuer, signerLogPath, storedIssuers } from './key-folder';
import type { Signer } from './port';
import type { SealingKey } from './sealed-key';
import type { OpenIssuer, SigningPlace } from './signing-desk';
import { type SigningKey, sealedSigningKey } from './signing-key';
import { openSigningLog } from './signing-log';
import { signingMemory } from './signing-memory';

export type TokenCustody = Extract<Custody, { kind: 'pkcs11' }>;
export type OpenTokenKey = (
  custody: TokenCustody,
  certificateDer: Uint8Array,
) => Promise<SigningKey>;

/** Where keys can be opened. */
export type KeyPlaces = {
  readonly sealingKey: SealingKey;
  /** Null: keys in tokens cannot be opened here. */
  readonly openTokenKey: OpenTokenKey | null;
};

export type FolderSigner = {
  readonly signer: Signer;
  /** Opens CAs that were added to the folder since. @throws as opening does; what was open stays open */
  refresh(): Promise<void>;
  close(): Promise<void>;
};

/**
 * Opens every key in the folder, and the log beside them.
 * @param input.openTokenKey null: keys in tokens cannot be opened here
 * @throws KeyFolderError, SealError, LogError, or Error when a key does not belong to its certificate
 */
export async function openFolderSigner(input: {
  folder: string;
  sealingKey: SealingKey;
  openTokenKey: OpenTokenKey | null;
  pkiUrl: string;
  now: () => Date;
  maxPerMinute: number;
  reached?: (place: SigningPlace) => void;
}): Promise<FolderSigner> {
  const { folder, now, pkiUrl, reached = () => undefined } = input;
  const issuers = new Map<string, OpenIssuer>();
  const refresh = async (): Promise<void> => {
    for (const stored of storedIssuers(folder)) {
      if (issuers.has(stored.issuerId)) continue;
      issuers.set(stored.issuerId, await opened(stored, input));
    }
  };
  await refresh();
  const memory = signingMemory({ now, maxPerMinute: input.maxPerMinute });
  const crls = crlMemory({ now });
  const log = await openSigningLog({
    path: signerLogPath(folder),
    now,
    onEntry: (entry) => {
      memory.recall(entry);
      crls.recall(entry);
    },
  });
  const desk = { issuers: () => issuers, log, memory, crls, pkiUrl, now, reached };
  const signer = guardedSigner(desk);
  return { signer, refresh, close: () => log.close() };
}

async function opened(stored: StoredIssuer, keys: KeyPlaces): Promise<OpenIssuer> {
  const key = await openStoredKey(stored, keys);
  const { custody: _custody, ...issuer } = stored;
  return { ...issuer, canSign: key !== null, key };
}

/**
 * The key of one CA; null when it is kept elsewhere.
 * @throws SealError, or Error when it cannot be opened here, or does not belong to the certificate
 */
export function openStoredKey(
  { custody, certificateDer }: StoredIssuer,
  { sealingKey, openTokenKey }: KeyPlaces,
): Promise<SigningKey | null> {
  switch (custody.kind) {
    case 'sealed':
      return sealedSigningKey({ sealedKey: custody.sealedKey, sealingKey, certificateDer });
    case 'pkcs11':
      if (openTokenKey) return openTokenKey(custody, certificateDer);
      throw new Error(
        `A CA key is in the token "${custody.token}", and PKCS11_MODULE is not set. Set it to the module of that token.`,
      );
    case 'elsewhere':
      return Promise.resolve(null);
  }
}
