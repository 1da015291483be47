/** What a verb of `npm run ca` is about to do, in words, before it does it. */
import { X509Certificate as NodeCertificate } from 'node:crypto';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { copyOf } from '@/lib/pki/bytes';
import { X509Certificate } from '@/lib/pki/x509';
import type { CaKeyName, SigningRoot } from '../ca-certificates';
import type { KeyMaker } from '../ceremony';
import { type OpenTokenKey, openStoredKey } from '../folder-signer';
import { type StoredIssuer, storedIssuers } from '../key-folder';
import type { SealingKey } from '../sealed-key';

export type Plan = {
  /** One line each; none: there is nothing to do. */
  readonly will: readonly string[];
  /** @returns what was done, and what comes next */
  run(): Promise<readonly string[]>;
};

/** Said to the operator as it is; nothing was changed. */
export class CaError extends Error {
  override readonly name = 'CaError';
}

/** A key folder, and where its new keys go. The sealing key is made when it is first needed: after the question. */
export type CaRoom = {
  readonly folder: string;
  readonly sealingKey: () => Promise<SealingKey>;
  /** Null: new keys are sealed in the folder, and keys in tokens cannot be opened. */
  readonly token: (() => Promise<{ makeKey: KeyMaker; openKey: OpenTokenKey }>) | null;
  readonly now: Date;
};

export type KeyWords = { readonly kind: CaKeyName; readonly into: 'folder' | 'token' };

export const nothing = (...lines: string[]): Plan => ({
  will: [],
  run: () => Promise.resolve(lines),
});

export function keyWords({ kind, into }: KeyWords): string {
  return into === 'token' ? `${kind} key in the token` : `${kind} key, sealed in the folder`;
}

export function expiry(certificateDer: Uint8Array): Date {
  return new Date(new NodeCertificate(certificateDer).validTo);
}

/** YYYY-MM-DD, UTC. */
export function day(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** As openssl and browsers print it, so that people can compare. */
export function fingerprint(certificateDer: Uint8Array): string {
  return new NodeCertificate(certificateDer).fingerprint256;
}

/** The organization a CA is of. */
export function providerOf(certificateDer: Uint8Array): string {
  const [name] = new X509Certificate(copyOf(certificateDer)).subjectName.getField('O');
  if (name === undefined) throw new CaError('The root names no organization.');
  return name;
}

/** 1 for the first; it is the number that ends the name. */
export function generationOf({ name }: { name: string }): number {
  return Number(/ (\d{1,6})$/.exec(name)?.[1] ?? 1);
}

export function rootsIn(stored: readonly StoredIssuer[]): StoredIssuer[] {
  return stored
    .filter(({ kind }) => kind === 'root')
    .sort((a, b) => generationOf(a) - generationOf(b));
}

export function issuingIn(
  stored: readonly StoredIssuer[],
  environment: Environment,
): StoredIssuer[] {
  return stored
    .filter((one) => one.environment === environment)
    .sort((a, b) => generationOf(a) - generationOf(b));
}

/** @throws CaError when the folder has none */
export function newestRoot(folder: string): StoredIssuer {
  const root = rootsIn(storedIssuers(folder)).at(-1);
  if (root) return root;
  throw new CaError(`${folder} has no CA yet. Make one: npm run ca -- init.`);
}

export function issuedBy(issuer: StoredIssuer, root: StoredIssuer): boolean {
  const below = new NodeCertificate(issuer.certificateDer);
  const above = new NodeCertificate(root.certificateDer);
  return below.checkIssued(above) && below.verify(above.publicKey);
}

/** @throws CaError when the root's key is on another machine */
export function mustBeHere(root: StoredIssuer): void {
  if (root.custody.kind !== 'elsewhere') return;
  throw new CaError(
    `The key of ${root.name} is not in this folder. Take a request to the machine that has it: npm run ca -- request --out DIR, there npm run ca -- sign, here npm run ca -- import.`,
  );
}

/** @throws CaError, SealError, TokenError when its key cannot be opened here */
export async function opened(room: CaRoom, root: StoredIssuer): Promise<SigningRoot> {
  mustBeHere(root);
  if (root.custody.kind === 'pkcs11' && room.token === null) {
    throw new CaError(
      `The key of ${root.name} is in the token "${root.custody.token}". Set PKCS11_MODULE, PKCS11_TOKEN and PKCS11_PIN.`,
    );
  }
  const sealingKey = await room.sealingKey();
  const openTokenKey =
    root.custody.kind === 'pkcs11' ? ((await room.token?.())?.openKey ?? null) : null;
  const key = await openStoredKey(root, { sealingKey, openTokenKey });
  if (key === null) throw new CaError(`The key of ${root.name} is not here.`);
  return { issuerId: root.issuerId, certificateDer: root.certificateDer, key };
}

/** @throws CaError for another word */
export function environmentsOf(word: string | undefined): readonly Environment[] {
  if (word === undefined || word === 'all') return ENVIRONMENTS;
  const found = ENVIRONMENTS.filter((one) => one === word);
  if (found.length > 0) return found;
  throw new CaError(`--environment: write ${ENVIRONMENTS.join(', ')} or all.`);
}
