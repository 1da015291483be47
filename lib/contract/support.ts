/** What the provider's support reads: what was found, an account's timeline, and why its calls are refused. */
import type { ActivityEventView, CertificateStatus } from '@/lib/contract/views';
import type { EnforcementMode, Environment } from '@/lib/kernel/environments';
import type { RefusalCode } from '@/lib/kernel/refusals';

export type HitKind =
  | 'account'
  | 'certificate'
  | 'person'
  | 'api-client'
  | 'api-key'
  | 'refused-call'
  | 'passed-call'
  | 'change';

export type SupportHit = {
  kind: HitKind;
  /** Of what was found. */
  id: string;
  /** Null where an edge could not tell whose call it was. */
  account: { id: string; name: string } | null;
  name: string;
  note: string;
  at: string | null;
};

export type SupportFinding = {
  /** What was looked for, as it stands in the address; never the text of a file. */
  asked: string;
  /** "A serial number, 16 bytes." */
  understood: string[];
  hits: SupportHit[];
  more: 'none' | 'some';
  /** What else to try, where nothing was found. */
  tries: string[];
};

/** Calls that an edge refused alike, close upon one another. */
export type RefusalRun = {
  kind: 'refusals';
  /** Of the newest of them. */
  id: string;
  at: string;
  firstAt: string;
  code: RefusalCode;
  calls: number;
  environment: Environment;
  listener: 'mtls' | 'standard';
  certificate: { id: string; label: string } | null;
  apiClientName: string | null;
  sourceAddress: string;
  userAgent: string | null;
  requestId: string;
};

export type ChangeEvent = { kind: 'change' } & ActivityEventView;

export type TimelineItem = RefusalRun | ChangeEvent;

export const TIMELINE_KINDS = [
  'all',
  'refused',
  'certificates',
  'enforcement',
  'people',
  'keys',
  'support',
] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

export type TimelinePage = { items: TimelineItem[]; nextCursor: string | null };

export type CaseCertificate = {
  id: string;
  label: string;
  commonName: string;
  environment: Environment;
  status: CertificateStatus;
  serialHex: string;
  sha256Fingerprint: string;
  notBefore: string;
  notAfter: string;
  createdAt: string;
  createdBy: string;
  revokedAt: string | null;
  revokedBy: string | null;
  revocationReason: string | null;
  lastSeenAt: string | null;
  lastSeenTls: string | null;
  replacedBy: { id: string; label: string } | null;
};

/** A call that was looked for, in the words used everywhere. */
export type CaseCall = {
  id: string;
  at: string;
  code: RefusalCode;
  whatHappened: string;
  whatToDo: string;
  environment: Environment;
  listener: 'mtls' | 'standard';
  edge: string;
  requestId: string;
  fingerprint: string | null;
  sourceAddress: string;
  userAgent: string | null;
  sni: string | null;
  tlsVersion: string | null;
};

export type CaseCheck = { name: string; is: 'fine' | 'wrong' | 'unknown'; says: string };

/** Why an account's calls are refused, or what was looked at when they are not. */
export type Diagnosis = {
  cause: RefusalCode | 'recovered' | 'passing' | 'silent' | 'nothing-installed' | 'never-called';
  tone: 'refused' | 'fine' | 'unknown';
  headline: string;
  detail: string;
  refused: { addresses: string[]; what: string; calls: number; lastAt: string } | null;
  passing: { networks: string[]; what: string; calls: number; lastAt: string } | null;
  code: RefusalCode | null;
  /** What somebody who makes the call sees. */
  seenAs: string | null;
  /** To the customer, in plain words. */
  reply: string;
  checks: CaseCheck[];
  /** What to ask the customer next. */
  asks: string[];
  others: { code: RefusalCode; environment: Environment; calls: number; lastAt: string }[];
};

export type CaseAccount = {
  id: string;
  name: string;
  legalName: string;
  suspendedAt: string | null;
  createdAt: string;
  parent: { id: string; name: string } | null;
  below: number;
  plan: 'standard' | 'none';
  liveLimit: number;
  liveCount: number;
  environments: {
    environment: Environment;
    mode: EnforcementMode;
    inherited: boolean;
    since: string | null;
    trialEndsAt: string | null;
    /** Until then support lets calls pass without a certificate. */
    suspendedUntil: string | null;
    apiClients: number;
  }[];
  members: { id: string; name: string; email: string; role: string; disabled: boolean }[];
};

export type AccountCase = {
  account: CaseAccount;
  certificates: CaseCertificate[];
  diagnosis: Diagnosis;
  found: { certificate: CaseCertificate | null; call: CaseCall | null };
  now: string;
};

/** An account whose calls were refused lately, by the newest of them. */
export type RefusedNow = {
  account: { id: string; name: string };
  code: RefusalCode;
  calls: number;
  lastAt: string;
  callId: string;
};
