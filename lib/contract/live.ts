/** What the live panel is told: the decisions of edges, as they are made, and how it stands with the stream itself. */
import type { Environment } from '@/lib/kernel/environments';
import type { RefusalCode } from '@/lib/kernel/refusals';

/** Why a refused call was refused, in the words used everywhere. */
export type RefusalWords = {
  code: RefusalCode;
  status: number;
  title: string;
  whatHappened: string;
  whatToDo: string;
};

/** What an edge decided on a call, or on several alike within a second. */
export type DecisionView = {
  /** Decimal; rises with time over all accounts. */
  sequence: string;
  at: string;
  environment: Environment;
  listener: 'mtls' | 'standard';
  edge: string;
  /** Null: it passed. */
  refusal: RefusalWords | null;
  /** Calls it stands for. */
  calls: number;
  certificate: { id: string; label: string; serialHex: string; notAfter: string } | null;
  /** SHA-256 of the certificate that was presented, upper-case hexadecimal. */
  fingerprint: string | null;
  apiClientName: string | null;
  tlsVersion: string | null;
  httpVersion: string | null;
  sourceAddress: string;
  userAgent: string | null;
  requestId: string;
};

/** The edges that are connected now, by name. */
export type Listening = { edges: string[] };

/** Why a stream ended for good; the page asks for it anew only where that may help. */
export const END_REASONS = {
  session: 'You are signed out. Sign in to go on listening.',
  account: 'You look at another account now. Reload this page.',
  forbidden: 'You may not see the calls of this account any more.',
  replaced: 'Another tab listens now: four at once are enough.',
  stopping: 'The portal is being restarted.',
} as const;
export type EndReason = keyof typeof END_REASONS;

export type StreamMessage =
  | { event: 'listening'; data: Listening }
  | { event: 'decision'; data: DecisionView }
  /** More was decided than is kept; the newest follows. */
  | { event: 'missed'; data: Record<string, never> }
  /** Said every ten seconds, so that silence means a broken connection. */
  | { event: 'beat'; data: Listening }
  | { event: 'trouble'; data: { detail: string } }
  | { event: 'recovered'; data: Listening }
  | { event: 'ended'; data: { reason: EndReason; detail: string } };

/** A stream is heard at least this often. */
export const BEAT_MS = 10_000;

/** What the panel shows before anything arrives. */
export type LiveStart = {
  environment: Environment;
  listening: Listening;
  /** Newest first. */
  latest: DecisionView[];
  /** Where a stream goes on without a gap. */
  after: string;
  now: string;
};

/**
 * An edge that decides by old information: `behind` a change made at `since`, not heard since then, or refusing what
 * portals send it.
 */
export type EdgeLag = { edge: string; is: 'behind' | 'silent' | 'refusing'; since: string };
