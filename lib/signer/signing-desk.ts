/** What every operation of a signer has at hand, and what each asks before it uses a key. */
import { MINUTE_MS } from '@/lib/kernel/time';
import type { CrlMemory } from './crl-memory';
import { type HeldIssuer, SignerRefusal } from './port';
import type { SigningKey } from './signing-key';
import type { SigningLog } from './signing-log';
import type { SigningMemory } from './signing-memory';

export type OpenIssuer = HeldIssuer & { readonly key: SigningKey | null };

/** CA keys and what was signed with them; `issuers` is asked each time, since CAs come and go. */
export type SigningDesk = {
  readonly issuers: () => ReadonlyMap<string, OpenIssuer>;
  readonly log: SigningLog;
  readonly memory: SigningMemory;
  readonly crls: CrlMemory;
  /** Origin of the addresses in certificates. */
  readonly pkiUrl: string;
  readonly now: () => Date;
  /** Told between the steps of signing; a test of crashes ends the process there. */
  readonly reached: (place: SigningPlace) => void;
};

export type SigningPlace = 'signer-after-signature' | 'signer-after-log';

/** An intent is void after 15 minutes: nothing older is ever asked for by a portal that is well. */
const MAX_DRAFT_AGE_MS = 20 * MINUTE_MS;
/** Clocks of portal and signer. */
const MAX_AHEAD_MS = MINUTE_MS;

/** @throws SignerRefusal when its key is not here */
export function openCa(
  desk: SigningDesk,
  issuerId: string,
): OpenIssuer & { readonly key: SigningKey } {
  const issuer = desk.issuers().get(issuerId);
  if (!issuer?.key) throw new SignerRefusal(`no key of issuer ${issuerId} is held here`);
  return { ...issuer, key: issuer.key };
}

/** @throws SignerRefusal */
export function assertOfNow(desk: SigningDesk, draftedAt: Date): void {
  const age = desk.now().getTime() - draftedAt.getTime();
  if (age <= MAX_DRAFT_AGE_MS && age >= -MAX_AHEAD_MS) return;
  throw new SignerRefusal('the draft is not of now: it would be dated back or ahead');
}
