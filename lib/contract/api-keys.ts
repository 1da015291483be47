/** API keys as people see and ask for them. Keys are made in the portal only: no key makes another. */
import { z } from 'zod';
import { ACCOUNT_KEY_SCOPES } from '@/lib/access/permissions';
import { ENVIRONMENTS } from '@/lib/kernel/environments';

/**
 * The text of every key, for scanners of repositories and logs. The last six characters are a checksum, so a hit can be
 * told from chance without asking anybody.
 */
export const KEY_PATTERN = 'csk_(?:prod|sbox|any|op)_[0-9a-hjkmnp-tv-z]{12}_[0-9A-Za-z]{49}';

export const KEY_NAME_MAX_CHARACTERS = 80;
export const MAX_NETWORKS = 50;
export const EXPIRY_DAYS = [30, 90, 365] as const;
export const MAX_EXPIRY_DAYS = 1_825;
/** For how many hours both keys work after a rotation. */
export const OVERLAP_HOURS = [0, 1, 24, 168] as const;
export const USUAL_OVERLAP_HOURS = 24;

const visible = z
  .string()
  .trim()
  .min(1, 'Give it a name, such as the program that will use it.')
  .max(KEY_NAME_MAX_CHARACTERS)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, 'A name has no control or invisible characters.');

export const apiKeyWish = z.strictObject({
  name: visible,
  scopes: z.array(z.enum(ACCOUNT_KEY_SCOPES)).min(1, 'Choose what it may do.'),
  environment: z.enum(ENVIRONMENTS).nullable(),
  expiresAt: z.date().nullable(),
  /** As typed: addresses and ranges, split at commas and white space; nothing is everywhere. */
  networks: z.string().max(4_000),
});
export type ApiKeyWish = z.infer<typeof apiKeyWish>;

export const overlapHours = z.union(OVERLAP_HOURS.map((hours) => z.literal(hours)));

export type ApiKeyState = 'live' | 'expiring' | 'ending' | 'expired' | 'revoked';

export type ApiKeyView = {
  id: string;
  name: string;
  /** How its text begins; enough to find it by. */
  start: string;
  scopes: string[];
  /** Null: both. */
  environment: (typeof ENVIRONMENTS)[number] | null;
  networks: string[];
  /** `expiring`: within two weeks. `ending`: another took over, and both work for a time. */
  state: ApiKeyState;
  createdAt: string;
  createdBy: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
  lastUsed: { at: string; address: string | null } | null;
  /** It was shown from outside its networks, which refused it. */
  refused: { at: string; address: string } | null;
  replacesId: string | null;
  replacedById: string | null;
};
