/** What acts are called, what they do, and where they stand, in words. */
import type { Shape } from '@/components/ui/shapes';
import { ENVIRONMENT_WORDS } from '@/components/words';
import { LIVE_LIMIT } from '@/lib/contract/act-limits';
import type { KeyStanding } from '@/lib/contract/key-use';
import type { AccountAct, AccountStanding, Act, ActState } from '@/lib/contract/support-acts';

export type AccountActKind = AccountAct['kind'];

/** In the order in which they are offered. */
export const ACT_WORDS: Record<
  AccountActKind,
  { name: string; does: string; who: 'alone' | 'second person' | 'depends'; danger: boolean }
> = {
  'break-glass': {
    name: 'Suspend enforcement',
    does: 'For a time, calls without a certificate pass. It comes back by itself at its end, even if this portal is down. The customer is told by mail, sees a banner on every page, and can end it.',
    who: 'second person',
    danger: true,
  },
  'grant-manage-mtls': {
    name: 'Grant Manage mTLS',
    does: 'Somebody who only reads may then issue and revoke certificates and change enforcement. Those who manage the account are told by mail.',
    who: 'alone',
    danger: false,
  },
  'live-limit': {
    name: 'Change the live limit',
    does: `How many certificates may be live at a time, ${LIVE_LIMIT.least} to ${LIVE_LIMIT.most}. Lowered below what is live, nothing is revoked and no new one is issued.`,
    who: 'depends',
    danger: false,
  },
  plan: {
    name: 'Change the plan',
    does: 'Without mutual TLS in its plan, an account issues, renews and enforces nothing new. What is live goes on working until it expires.',
    who: 'alone',
    danger: false,
  },
  'suspend-account': {
    name: 'Suspend the account',
    does: 'Every edge refuses every call of the account and of those below it, and its people read and change nothing. Certificates stay as they are.',
    who: 'second person',
    danger: true,
  },
  'resume-account': {
    name: 'Resume the account',
    does: 'Calls with live certificates pass again, and its people can work.',
    who: 'alone',
    danger: false,
  },
};

export const STATE_WORDS: Record<ActState, { name: string; shape: Shape }> = {
  waiting: { name: 'Waits for a second person', shape: 'expiring' },
  approved: { name: 'Approved, being done', shape: 'expiring' },
  running: { name: 'In force', shape: 'warning' },
  done: { name: 'Done', shape: 'live' },
  ended: { name: 'Ended', shape: 'revoked' },
  declined: { name: 'Declined', shape: 'refused' },
  withdrawn: { name: 'Withdrawn', shape: 'revoked' },
  lapsed: { name: 'Nobody decided in a day', shape: 'revoked' },
  expired: { name: 'Approved, and not done in time', shape: 'expired' },
  failed: { name: 'Could not be done', shape: 'refused' },
};

/** "Suspend enforcement in Production for 1 hour". */
export function titleOf(act: Act): string {
  switch (act.kind) {
    case 'break-glass':
      return `Suspend enforcement in ${ENVIRONMENT_WORDS[act.environment]} for ${lengthText(act.minutes)}`;
    case 'grant-manage-mtls':
      return `Grant Manage mTLS to ${act.email}${act.environment ? ` in ${ENVIRONMENT_WORDS[act.environment]}` : ''}`;
    case 'live-limit':
      return `Set the live limit to ${act.limit}`;
    case 'plan':
      return act.plan === 'none' ? 'Take mutual TLS out of the plan' : 'Add mutual TLS to the plan';
    case 'suspend-account':
    case 'resume-account':
      return ACT_WORDS[act.kind].name;
    case 'compromise':
      return `Revoke and block the key ${act.spkiSha256.slice(0, 8)}…${act.spkiSha256.slice(-8)}`;
  }
}

/** How things stand, and how they would. Null where the account says nothing of it. */
export function effectOf(
  act: Act,
  standing: AccountStanding,
): { before: string; after: string } | null {
  switch (act.kind) {
    case 'break-glass': {
      const now = standing.enforced.find((one) => one.environment === act.environment);
      return {
        before: now ? 'Calls without a certificate are refused' : 'Nothing is enforced there now',
        after: `They pass for ${lengthText(act.minutes)} from the approval on`,
      };
    }
    case 'live-limit':
      return {
        before: `${standing.liveLimit}, of which ${standing.liveCount} used`,
        after: String(act.limit),
      };
    case 'suspend-account':
      return standing.suspendedAt
        ? { before: 'Suspended already', after: 'The same' }
        : { before: 'Its calls are judged one by one', after: 'Every call is refused' };
    default:
      return null;
  }
}

/** What a compromise run would end. */
export function keyEffectOf({ live, accounts }: KeyStanding): { before: string; after: string } {
  const of = accounts.length > 0 ? ` of ${accounts.join(' and ')}` : '';
  return {
    before: `${live} live ${live === 1 ? 'certificate' : 'certificates'}${of}`,
    after: 'None. The key is blocked for good, its open connections are closed',
  };
}

/** 15 -> "15 minutes", 60 -> "1 hour", 90 -> "1 hour 30 minutes". */
export function lengthText(minutes: number): string {
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  const parts = [counted(hours, 'hour'), counted(rest, 'minute')].filter((part) => part !== '');
  return parts.join(' ');
}

function counted(count: number, one: string): string {
  if (count === 0) return '';
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/** Acts that make sense for the account as it stands. */
export function offeredTo(standing: AccountStanding): AccountActKind[] {
  const kinds = Object.keys(ACT_WORDS).flatMap((kind) => (isAccountActKind(kind) ? [kind] : []));
  const never = standing.suspendedAt ? 'suspend-account' : 'resume-account';
  return kinds.filter((kind) => kind !== never);
}

export function isAccountActKind(text: unknown): text is AccountActKind {
  return typeof text === 'string' && text in ACT_WORDS;
}

/** Members who would have more by it. */
export function grantable(standing: AccountStanding): AccountStanding['members'] {
  return standing.members.filter(
    ({ role, environment }) =>
      role === 'viewer' || (role === 'manage_mtls' && environment !== null),
  );
}
