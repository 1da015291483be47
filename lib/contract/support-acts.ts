/** What support may do to an account or a key, how it is asked for, and what is told of it. */
import { z } from 'zod';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { BREAK_GLASS_MINUTES, LIVE_LIMIT } from './act-limits';
import type { Receipt } from './views';

export const PLANS = ['standard', 'none'] as const;
export type Plan = (typeof PLANS)[number];

const MAX_REASON_CHARACTERS = 500;

export const actReason = z
  .string()
  .trim()
  .min(10, 'Say why in at least 10 characters: the customer and the next shift read it.')
  .max(MAX_REASON_CHARACTERS)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, 'A reason has no control or invisible characters.');

export const decisionNote = z
  .string()
  .trim()
  .max(MAX_REASON_CHARACTERS)
  .regex(/^[^\p{Cc}\p{Cf}\p{Cs}]*$/u, 'A note has no control or invisible characters.');

export const actSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('suspend-account') }),
  z.strictObject({ kind: z.literal('resume-account') }),
  z.strictObject({
    kind: z.literal('live-limit'),
    limit: z
      .int()
      .min(LIVE_LIMIT.least)
      .max(
        LIVE_LIMIT.most,
        `A limit is a whole number from ${LIVE_LIMIT.least} to ${LIVE_LIMIT.most}.`,
      ),
  }),
  z.strictObject({ kind: z.literal('plan'), plan: z.enum(PLANS) }),
  z.strictObject({
    kind: z.literal('break-glass'),
    environment: z.enum(ENVIRONMENTS),
    minutes: z.int().min(BREAK_GLASS_MINUTES.least).max(BREAK_GLASS_MINUTES.most),
  }),
  z.strictObject({
    kind: z.literal('grant-manage-mtls'),
    email: z.email().max(254),
    /** Null: in every environment. */
    environment: z.enum(ENVIRONMENTS).nullable(),
  }),
  z.strictObject({
    kind: z.literal('compromise'),
    /** Upper-case hexadecimal. */
    spkiSha256: z.string().regex(/^[0-9A-F]{64}$/),
    /** Calls since then are evidence; ISO 8601, UTC. */
    since: z.iso.datetime(),
  }),
]);
export type Act = z.infer<typeof actSchema>;
export type ActKind = Act['kind'];

/** What is done to one account. */
export type AccountAct = Exclude<Act, { kind: 'compromise' }>;
export type CompromiseAct = Extract<Act, { kind: 'compromise' }>;

export const ACT_STATES = [
  'waiting',
  'lapsed',
  'declined',
  'withdrawn',
  'approved',
  'expired',
  'failed',
  'running',
  'ended',
  'done',
] as const;
export type ActState = (typeof ACT_STATES)[number];

/** What came of it, besides the change itself. */
export const actOutcome = z.object({
  /** What was before it. */
  before: z.union([z.string(), z.number()]).optional(),
  /** Of a failed one. */
  why: z.string().optional(),
  revoked: z.array(z.string()).optional(),
  receipt: z
    .object({
      edges: z.int(),
      applied: z.int(),
      elapsedMs: z.number(),
      lagging: z.array(z.string()),
    })
    .optional(),
});
export type ActOutcome = z.infer<typeof actOutcome> & { receipt?: Receipt | undefined };

export type SupportActView = {
  id: string;
  act: Act;
  account: { id: string; name: string } | null;
  reason: string;
  askedBy: string;
  askedAt: string;
  needsSecondPerson: boolean;
  state: ActState;
  /** While it waits: until when it can be decided; once approved: until when it can be done. */
  until: string | null;
  decidedBy: string | null;
  decidedAt: string | null;
  decisionNote: string | null;
  doneAt: string | null;
  endsAt: string | null;
  endedAt: string | null;
  endedBy: string | null;
  outcome: ActOutcome;
  /** What the reader may do with it now. */
  may: { decide: boolean; withdraw: boolean; end: boolean };
};

/** The account as acts find it. */
export type AccountStanding = {
  id: string;
  name: string;
  liveLimit: number;
  liveCount: number;
  plan: Plan;
  suspendedAt: string | null;
  /** Of each environment where something is enforced: until when that is suspended. */
  enforced: { environment: (typeof ENVIRONMENTS)[number]; suspendedUntil: string | null }[];
  members: { email: string; name: string; role: string; environment: string | null }[];
};
