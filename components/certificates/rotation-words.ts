/** How far a rotation is, in a sentence and what follows from it. */
import { listed } from '@/components/words';
import type { RotationView } from '@/lib/contract/views';
import { DAY_MS, HOUR_MS } from '@/lib/kernel/time';
import { daysText } from './life';

export type RotationWords = { sentence: string; soft: string };

export function rotationWords(rotation: RotationView): RotationWords {
  const { state, old, next, idleDays, lagging, lately } = rotation;
  const idle = idleText(rotation);
  switch (state) {
    case 'waiting':
      return {
        sentence: 'No call has come with the new certificate yet.',
        soft: 'Install it where the old one is. Both work until the old one is revoked or ends.',
      };
    case 'moving':
      return {
        sentence: `${shareOf(lately)} % of calls use the new certificate.`,
        soft: `Of ${count(lately.old + lately.next)} calls in the last 24 hours, ${count(lately.old)} came with the old one.`,
      };
    case 'quiet':
      return {
        sentence: 'The last call came with the old certificate.',
        soft: `That was ${idle} ago; since then none came with either.`,
      };
    case 'resting':
      return {
        sentence: 'Calls come with the new certificate only.',
        soft: `The last one with the old came ${idle} ago. After ${daysText(idleDays)} of calls with the new one it is safe to revoke.`,
      };
    case 'left-behind':
      return {
        sentence: `The old one has been idle for ${idle}, but ${listed(lagging)} ${lagging.length === 1 ? 'has' : 'have'} not called with the new one.`,
        soft: 'If it still runs, revoking refuses its calls. Install the new one there first.',
      };
    case 'safe':
      return {
        sentence: `The old one has been idle for ${idle}: it is safe to revoke.`,
        soft: 'Every API client that called with it in the last month calls with the new one.',
      };
    case 'over':
      return {
        sentence: `The old certificate ${old.revokedAt ? 'was revoked' : 'has ended'}.`,
        soft: next.lastSeenAt
          ? 'Calls come with the new one.'
          : 'No call has come with the new one yet. Install it.',
      };
  }
}

/** In whole percent; never 0 or 100 while calls come with both. */
export function shareOf({ old, next }: { old: number; next: number }): number {
  if (old + next === 0) return 0;
  const percent = Math.round((100 * next) / (old + next));
  if (next > 0 && old > 0) return Math.min(99, Math.max(1, percent));
  return percent;
}

/** "3 days", "26 hours", "less than an hour". */
export function idleText({ idleFrom, now }: Pick<RotationView, 'idleFrom' | 'now'>): string {
  const ms = new Date(now).getTime() - new Date(idleFrom).getTime();
  if (ms >= 2 * DAY_MS) return daysText(Math.floor(ms / DAY_MS));
  const hours = Math.floor(ms / HOUR_MS);
  if (hours < 1) return 'less than an hour';
  return hours === 1 ? '1 hour' : `${hours} hours`;
}

/** Groups of three digits, the same for every reader, as in the sentences around it. */
export function count(calls: number): string {
  return String(calls).replace(/\B(?=(\d{3})+$)/g, ',');
}
