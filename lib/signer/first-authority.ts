import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { createAuthority, sealedKeys } from './ceremony';
import { storedIssuers, storeIssuer } from './key-folder';
import type { SealingKey } from './sealed-key';
import { sealedSigningKey } from './signing-key';

/**
 * The CA of a first start, with every key sealed in the folder: the root as well, until it is moved elsewhere. A folder
 * in which something is missing, because making it was broken off, is completed.
 * @returns whether anything was made
 * @throws Error when the issuing CAs are incomplete and the root's key is not here
 */
export async function ensureAuthority(input: {
  folder: string;
  sealingKey: SealingKey;
  providerName: string;
  pkiUrl: string;
  now: Date;
}): Promise<boolean> {
  const { folder, sealingKey } = input;
  const stored = storedIssuers(folder);
  const complete = ENVIRONMENTS.every((one) => stored.some((issuer) => issuer.environment === one));
  if (complete) return false;
  const keys = sealedKeys(sealingKey);
  const root = stored.find((one) => one.kind === 'root') ?? null;
  if (root !== null && root.custody.kind !== 'sealed') {
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
    root:
      root?.custody.kind === 'sealed'
        ? {
            issuerId: root.issuerId,
            certificateDer: root.certificateDer,
            key: await sealedSigningKey({ ...root, ...root.custody, sealingKey }),
          }
        : null,
    store: (issuer) => storeIssuer(folder, issuer),
  });
  return true;
}
