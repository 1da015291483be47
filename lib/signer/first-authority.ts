import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { pendingRequests } from './ca/pending';
import { createAuthority, type KeyMaker, sealedKeys } from './ceremony';
import { type OpenTokenKey, openStoredKey } from './folder-signer';
import { storedIssuers, storeIssuer } from './key-folder';
import type { SealingKey } from './sealed-key';

/**
 * The CA of a first start, with every key sealed in the folder or in the token: the root as well. A folder in which
 * something is missing, because making it was broken off, is completed.
 * @returns whether anything was made
 * @throws Error when the issuing CAs are incomplete and the root's key is not here, or requests wait for a root's answer
 */
export async function ensureAuthority(input: {
  folder: string;
  sealingKey: SealingKey;
  /** Where new keys go; null: they are sealed in the folder. */
  token: { readonly makeKey: KeyMaker; readonly openKey: OpenTokenKey } | null;
  providerName: string;
  pkiUrl: string;
  now: Date;
}): Promise<boolean> {
  const { folder, sealingKey, token } = input;
  const stored = storedIssuers(folder);
  const complete = ENVIRONMENTS.every((one) => stored.some((issuer) => issuer.environment === one));
  if (complete) return false;
  // A root of its own making here would be one more than the operator has.
  if (pendingRequests(folder).length > 0) {
    throw new Error(
      `${folder} waits for certificates from the root on another machine: npm run ca -- status.`,
    );
  }
  const keys = token?.makeKey ?? sealedKeys(sealingKey);
  const root = stored.find((one) => one.kind === 'root') ?? null;
  const openTokenKey = token?.openKey ?? null;
  const key = root && (await openStoredKey(root, { sealingKey, openTokenKey }));
  if (root !== null && key === null) {
    throw new Error(
      `An issuing CA is missing in ${folder}, and the key of ${root.name} is not here. See npm run ca -- status.`,
    );
  }
  await createAuthority({
    ...input,
    environments: ENVIRONMENTS,
    rootKeys: keys,
    issuingKeys: keys,
    stored,
    root: root && key && { issuerId: root.issuerId, certificateDer: root.certificateDer, key },
    store: (issuer) => storeIssuer(folder, issuer),
  });
  return true;
}
