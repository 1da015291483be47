/** The life of an act, from what is stored of it and the time: asked, decided, done, ended. Pure. */
import { LIVE_LIMIT } from '@/lib/contract/act-limits';
import type { Act, ActState } from '@/lib/contract/support-acts';
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';

/** For how long somebody may decide. */
export const DECIDE_WITHIN_MS = DAY_MS;
/** For how long an approval is good: what is approved was judged by how things stood then. */
export const DO_WITHIN_MS = 30 * MINUTE_MS;

export type ActFacts = {
  readonly needsSecondPerson: boolean;
  readonly askedAt: Date;
  readonly decision: string | null;
  readonly decidedAt: Date | null;
  readonly doneAt: Date | null;
  readonly endsAt: Date | null;
  readonly endedAt: Date | null;
  readonly failedAt: Date | null;
};

/** Where an act stands. What was done stays done, whatever is said of it later. */
export function stateOf(act: ActFacts, now: Date): ActState {
  if (act.failedAt) return 'failed';
  if (act.doneAt) return afterwards(act, now);
  if (act.decision === 'declined') return 'declined';
  if (act.decision === 'withdrawn') return 'withdrawn';
  const mayBeDoneSince = act.needsSecondPerson ? approvedAt(act) : act.askedAt;
  if (mayBeDoneSince) return isOver(mayBeDoneSince, DO_WITHIN_MS, now) ? 'expired' : 'approved';
  return isOver(act.askedAt, DECIDE_WITHIN_MS, now) ? 'lapsed' : 'waiting';
}

/** The moment from which a waiting act can no longer be decided, or an approved one no longer done. */
export function deadlineOf(act: ActFacts, now: Date): Date | null {
  const state = stateOf(act, now);
  if (state === 'waiting') return new Date(act.askedAt.getTime() + DECIDE_WITHIN_MS);
  const since = act.decidedAt ?? act.askedAt;
  return state === 'approved' ? new Date(since.getTime() + DO_WITHIN_MS) : null;
}

/** What can hurt a customer's traffic, or a key's for good, is never one person's decision. */
export function needsSecondPerson(act: Act): boolean {
  switch (act.kind) {
    case 'suspend-account':
    case 'break-glass':
    case 'compromise':
      return true;
    case 'live-limit':
      return act.limit > LIVE_LIMIT.withoutSecondPerson;
    case 'resume-account':
    case 'plan':
    case 'grant-manage-mtls':
      return false;
  }
}

function afterwards(act: ActFacts, now: Date): ActState {
  if (!act.endsAt) return 'done';
  return act.endedAt || act.endsAt <= now ? 'ended' : 'running';
}

// An approval without a moment cannot be judged by its age, so it is none.
function approvedAt({ decision, decidedAt }: ActFacts): Date | null {
  return decision === 'approved' ? decidedAt : null;
}

function isOver(since: Date, ms: number, now: Date): boolean {
  return now.getTime() >= since.getTime() + ms;
}
