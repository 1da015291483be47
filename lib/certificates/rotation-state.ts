/** How far traffic has moved from a certificate to its renewal. Pure: the facts come in as arguments. */
import type { RotationState } from '@/lib/contract/views';
import { DAY_MS } from '@/lib/kernel/time';

export type RotationFacts = {
  old: { status: 'live' | 'expired' | 'revoked'; createdAt: Date; lastSeenAt: Date | null };
  next: { lastSeenAt: Date | null };
  /** Whole days without a call that make it safe to revoke the old one. */
  idleDays: number;
  /** Calls that passed in the last 24 hours. */
  lately: { old: number; next: number };
  /** API clients that called with the old one in the last 30 days, and never with the new one. */
  lagging: readonly string[];
};

/**
 * `safe`: calls came with the new one `idleDays` or more after the last call with the old one, and no API client has
 * stayed behind. So the days count only as far as traffic was seen: a portal that was down, or a program that runs once
 * a month, makes nothing idle.
 */
export function rotationState(facts: RotationFacts): RotationState {
  const { old, next, lately } = facts;
  if (old.status !== 'live') return 'over';
  if (next.lastSeenAt === null) return 'waiting';
  const aheadMs = next.lastSeenAt.getTime() - idleFrom(old).getTime();
  if (aheadMs >= facts.idleDays * DAY_MS) {
    return facts.lagging.length > 0 ? 'left-behind' : 'safe';
  }
  if (lately.old > 0) return 'moving';
  return aheadMs > 0 ? 'resting' : 'quiet';
}

/** Since when nobody calls with it: its last call, or, when there was none, its issue. */
export function idleFrom(of: { createdAt: Date; lastSeenAt: Date | null }): Date {
  return of.lastSeenAt ?? of.createdAt;
}
