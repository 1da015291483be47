/** What people are told of the provider's support acting on their account: what, by whom, why, and what follows. */
import { z } from 'zod';
import { ENVIRONMENTS } from '@/lib/kernel/environments';

const act = { by: z.string(), reason: z.string() };

export const SUPPORT_NOTICES = [
  z.object({ kind: z.literal('account-suspended'), ...act }),
  z.object({ kind: z.literal('account-resumed'), ...act }),
  z.object({ kind: z.literal('plan-changed'), ...act, plan: z.enum(['standard', 'none']) }),
  z.object({ kind: z.literal('live-limit-changed'), ...act, from: z.number(), to: z.number() }),
  z.object({ kind: z.literal('rights-granted'), ...act, email: z.string() }),
  z.object({
    kind: z.literal('suspension-started'),
    ...act,
    environment: z.enum(ENVIRONMENTS),
    /** ISO 8601, UTC. */
    until: z.string(),
  }),
  z.object({
    kind: z.literal('suspension-ended'),
    environment: z.enum(ENVIRONMENTS),
    /** Null: its time was over. */
    by: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('key-compromised'),
    ...act,
    /** Upper-case hexadecimal. */
    spkiSha256: z.string(),
    revoked: z.number(),
  }),
] as const;

export type SupportNotice = z.infer<(typeof SUPPORT_NOTICES)[number]>;

type Said = { subject: string; says: string[]; facts?: [string, string][]; act: Act };
type Act = { text: string; path: string };

const ACTIVITY: Act = { text: 'Open activity', path: '/activity' };
const CERTIFICATES: Act = { text: 'Open certificates', path: '/certificates' };
const ENFORCEMENT: Act = { text: 'Open enforcement', path: '/enforcement' };

export function supportMessage(data: SupportNotice) {
  return { facts: [] as [string, string][], ...said(data) };
}

function said(data: SupportNotice): Said {
  switch (data.kind) {
    case 'account-suspended':
      return {
        subject: 'The account is suspended',
        says: [
          `${data.by} of support suspended the account. ${because(data)}`,
          'Every call of the account is refused since then, and nothing can be changed in it. Certificates stay as they are. Answer support to have it resumed.',
        ],
        act: { text: 'Open the portal', path: '/' },
      };
    case 'account-resumed':
      return {
        subject: 'The account is no longer suspended',
        says: [
          `${data.by} of support resumed the account. ${because(data)}`,
          'Calls with live certificates pass again.',
        ],
        act: CERTIFICATES,
      };
    case 'plan-changed':
      return planChanged(data);
    case 'live-limit-changed':
      return {
        subject: `Up to ${data.to} certificates may be live`,
        says: [
          `${data.by} of support changed the limit of live certificates from ${data.from} to ${data.to}. ${because(data)}`,
          'Nothing was revoked. A new certificate is issued while fewer than that are live.',
        ],
        act: CERTIFICATES,
      };
    case 'rights-granted':
      return {
        subject: `${data.email} may manage mTLS`,
        says: [
          `${data.by} of support gave ${data.email} the right to issue and revoke certificates and to change enforcement. ${because(data)}`,
          'If nobody of you asked for it, tell support.',
        ],
        act: ACTIVITY,
      };
    case 'suspension-started':
      return {
        subject: `Enforcement of mTLS in ${data.environment} is suspended until ${instant(data.until)}`,
        says: [
          `${data.by} of support suspended enforcement of mTLS in ${data.environment}. ${because(data)}`,
          `Calls without a certificate pass until ${instant(data.until)}. They are then refused again by themselves. You can end it before.`,
        ],
        act: ENFORCEMENT,
      };
    case 'suspension-ended':
      return {
        subject: `Enforcement of mTLS in ${data.environment} is no longer suspended`,
        says: [
          data.by === null
            ? `The time was over for which support had suspended enforcement of mTLS in ${data.environment}.`
            : `${data.by} ended the suspension of enforcement of mTLS in ${data.environment}.`,
          'What the policy says holds again: where it enforces, calls without a certificate are refused.',
        ],
        act: ENFORCEMENT,
      };
    case 'key-compromised':
      return compromised(data);
  }
}

function planChanged(data: Extract<SupportNotice, { kind: 'plan-changed' }>): Said {
  const has = data.plan === 'standard';
  return {
    subject: has ? 'Your plan includes mutual TLS' : 'Your plan no longer includes mutual TLS',
    says: [
      `${data.by} of support changed the plan of the account. ${because(data)}`,
      has
        ? 'Certificates can be issued and renewed, and enforcement can be turned on.'
        : 'What is live goes on working until it expires. Nothing new is issued or renewed, and enforcement cannot be turned on.',
    ],
    act: CERTIFICATES,
  };
}

function compromised(data: Extract<SupportNotice, { kind: 'key-compromised' }>): Said {
  const { revoked } = data;
  return {
    subject: 'A private key of yours may be known to someone else',
    says: [
      `${data.by} of support acted on a report that the private key of this account's certificates may be known to someone else. ${because(data)}`,
      `${revoked === 1 ? 'One live certificate' : `${revoked} live certificates`} with it ${revoked === 1 ? 'was' : 'were'} revoked, and calls with it are refused on every edge. The key is never taken again. Make a new key, and find out where the old one was kept.`,
    ],
    facts: [['Public key SHA-256', data.spkiSha256]],
    act: CERTIFICATES,
  };
}

/** Its own sentence, whatever mark it ends with. */
function because({ reason }: { reason: string }): string {
  return `The reason: ${/[.!?]$/.test(reason) ? reason : `${reason}.`}`;
}

function instant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
