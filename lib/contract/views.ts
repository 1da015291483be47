/**
 * Every reply, once: REST, forms, pages and OpenAPI are derived from these shapes. Times are ISO 8601 in UTC,
 * serials and fingerprints are upper-case hexadecimal without separators.
 */
import { z } from 'zod';
import { ENFORCEMENT_MODES, ENVIRONMENTS, REVOCATION_REASONS } from '@/lib/kernel/environments';
import type { Finding } from '@/lib/kernel/findings';

export const environmentSchema = z.enum(ENVIRONMENTS);
export const modeSchema = z.enum(ENFORCEMENT_MODES);
export const reasonSchema = z.enum(REVOCATION_REASONS);
const instant = z.iso.datetime({ precision: 3 });

export const findingSchema = z.strictObject({
  rule: z.string(),
  severity: z.enum(['error', 'warning', 'notice']),
  field: z.string(),
  title: z.string(),
  message: z.string(),
  fix: z.string(),
  value: z.string().nullable(),
  mark: z.strictObject({ start: z.int(), end: z.int() }).nullable(),
  source: z.string(),
  command: z.string().nullable(),
});

export const csrFactsSchema = z.strictObject({
  subject: z.array(z.strictObject({ type: z.string(), value: z.string() })),
  commonName: z.string().nullable(),
  dnsNames: z.array(z.string()),
  key: z.strictObject({
    algorithm: z.string(),
    bits: z.int().nullable(),
    curve: z.string().nullable(),
    label: z.string(),
  }),
  signatureAlgorithm: z.string(),
  signatureVerifies: z.boolean(),
  spkiSha256Hex: z.string(),
  sizeBytes: z.int(),
});

export const csrCheckSchema = z.strictObject({
  acceptable: z.boolean().describe('True when nothing in findings blocks issuing.'),
  facts: csrFactsSchema
    .nullable()
    .describe('What is in the request; null when it cannot be parsed.'),
  findings: z.array(findingSchema),
});
export type CsrCheckView = z.infer<typeof csrCheckSchema>;

export const certificateStatusSchema = z.enum(['live', 'expired', 'revoked']);
export type CertificateStatus = z.infer<typeof certificateStatusSchema>;

export const certificateSchema = z.strictObject({
  id: z.string(),
  environment: environmentSchema,
  status: certificateStatusSchema,
  label: z.string(),
  subject: z.string().describe('RFC 4514 text, most specific first: CN=..., O=..., C=...'),
  commonName: z.string(),
  sans: z.array(z.string()).describe('DNS names, then the URI that names account and environment.'),
  serialHex: z.string(),
  sha256Fingerprint: z.string(),
  issuer: z.string(),
  keyLabel: z.string(),
  slot: z.int().nullable().describe('The slot it holds while live.'),
  notBefore: instant,
  notAfter: instant,
  createdAt: instant,
  createdBy: z.string(),
  lastSeenAt: instant.nullable(),
  revokedAt: instant.nullable(),
  revokedBy: z.string().nullable(),
  revocationReason: reasonSchema.nullable(),
  replacesId: z.string().nullable().describe('The certificate that it renews.'),
  revokeWhenIdleDays: z
    .int()
    .nullable()
    .describe(
      'After so many whole days without a call it is revoked by itself, once its renewal is in use; null: never.',
    ),
  pem: z.string(),
});
export type CertificateView = z.infer<typeof certificateSchema>;

export const certificatePageSchema = z.strictObject({
  items: z.array(certificateSchema),
  nextCursor: z.string().nullable(),
});
export type CertificatePage = z.infer<typeof certificatePageSchema>;

export const pendingSchema = z.strictObject({
  id: z.string().describe('Of the request; the certificate gets an id of its own.'),
  environment: environmentSchema,
  label: z.string(),
  commonName: z.string(),
  serialHex: z.string().describe('What the certificate will have.'),
  slot: z.int().nullable().describe('The slot it holds.'),
  requestedAt: instant,
  voidAt: instant.describe('Not finished by then, it is given up and its slot free.'),
});
export type PendingView = z.infer<typeof pendingSchema>;

export const pendingListSchema = z.strictObject({
  items: z.array(pendingSchema),
  nextCursor: z.string().nullable(),
});

export const enforcementSchema = z.strictObject({
  environment: environmentSchema,
  mode: modeSchema,
  inherited: z.boolean().describe('True when the mode comes from a parent account.'),
  changedAt: instant.nullable(),
  changedBy: z.string().nullable(),
  observedSince: instant.nullable().describe('Since when it is observed; null when it is not.'),
  trial: z
    .strictObject({
      startedAt: instant,
      endsAt: instant.describe('It then goes back by itself unless it is confirmed before.'),
      before: modeSchema.describe('What it goes back to.'),
      provedAt: instant
        .nullable()
        .describe(
          'The newest call with a certificate under it. Without one it cannot be confirmed.',
        ),
    })
    .nullable()
    .describe('Enforcement on trial; null when there is none, or a parent account has it.'),
  schedule: z
    .strictObject({ at: instant, trialMinutes: z.int(), by: z.string() })
    .nullable()
    .describe('A trial that starts by itself.'),
  suspension: z
    .strictObject({ from: instant, until: instant, by: z.string() })
    .nullable()
    .describe(
      'Enforcement suspended by support: until then calls pass without a certificate, whatever the mode.',
    ),
});
export type EnforcementView = z.infer<typeof enforcementSchema>;

const share = {
  networks: z.array(z.string()).describe('Where from: /24 of IPv4, /48 of IPv6.'),
  userAgents: z.array(z.string()),
};
export const readinessSchema = z.strictObject({
  environment: environmentSchema,
  from: instant.describe('Calls since then are counted.'),
  firstCallAt: instant.nullable(),
  lastMtlsCallAt: instant.nullable(),
  evidence: z.boolean().describe('Whether enforcement may start without an override.'),
  calls: z
    .strictObject({ ready: z.int(), wouldBeRefused: z.int() })
    .describe('Calls known to be yours; those nobody vouches for are under `unproved`.'),
  apiClients: z.array(
    z.strictObject({
      id: z.string(),
      name: z.string(),
      connects: z.enum(['mtls', 'both', 'standard', 'none']),
      mtlsCalls: z.int(),
      standardCalls: z.int(),
      lastMtlsAt: instant.nullable(),
      lastStandardAt: instant.nullable(),
      wouldBeRefused: z.boolean(),
      ...share,
    }),
  ),
  unproved: z
    .strictObject({
      calls: z.int(),
      apiClients: z.array(z.strictObject({ name: z.string(), calls: z.int(), ...share })),
    })
    .describe('The API did not accept them, or never answered: anybody can type a name.'),
  subAccounts: z.int().describe('Accounts below, for which the mode holds as well.'),
});
export type ReadinessView = z.infer<typeof readinessSchema>;

/** Which edges have applied a change, and how long that took. */
export const receiptSchema = z.strictObject({
  edges: z.int(),
  applied: z.int(),
  elapsedMs: z.int(),
  lagging: z.array(z.string()).describe('Names of the edges that have not said so in time.'),
});
export type Receipt = z.infer<typeof receiptSchema>;

/** A reply that has a receipt when one was asked for. */
export function withReceipt<Shape extends z.ZodRawShape>(schema: z.ZodObject<Shape>) {
  return schema.extend({ receipt: receiptSchema.optional() });
}

export const apiClientSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  environment: environmentSchema,
  createdAt: instant,
  disabledAt: instant.nullable(),
});
export type ApiClientView = z.infer<typeof apiClientSchema>;

export const apiClientListSchema = z.strictObject({
  items: z.array(apiClientSchema),
  nextCursor: z.string().nullable(),
});

export const accountSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  legalName: z.string(),
  liveLimit: z.int(),
  liveCount: z.int().describe('Live certificates and pending issuances, over all environments.'),
  enforcement: z.array(enforcementSchema),
});
export type AccountView = z.infer<typeof accountSchema>;

export const activityEventSchema = z.strictObject({
  id: z.string(),
  sequence: z.int(),
  at: instant,
  actor: z.strictObject({ kind: z.string(), id: z.string(), name: z.string() }),
  action: z.string(),
  objectKind: z.string(),
  objectId: z.string(),
  detail: z.record(z.string(), z.json()),
  requestId: z.string(),
});
export type ActivityEventView = z.infer<typeof activityEventSchema>;

/** What revoking a live certificate would hurt. */
export type RevocationCost = {
  /** A sentence that names what stops at once; null when nothing does. */
  outage: string | null;
  /** A sentence that names what stops in a few days, because the others end then; null when nothing does. */
  shortage: string | null;
  /** Calls of the last 24 hours and the API clients that made them, the busiest first; null when it was not seen in them. */
  use: { calls: number; by: string[]; lastSeenAt: string } | null;
};

/**
 * `waiting`: no call with the new one yet. `moving`: calls with both. `quiet`: no calls lately, the last with the old
 * one. `resting`: calls with the new one only, not for long enough. `left-behind`: long enough, but an API client has
 * called with the old one only. `safe`: to revoke. `over`: the old one is not live.
 */
export type RotationState =
  | 'waiting'
  | 'moving'
  | 'quiet'
  | 'resting'
  | 'left-behind'
  | 'safe'
  | 'over';

export type RotationSide = Pick<
  CertificateView,
  'id' | 'label' | 'status' | 'createdAt' | 'notAfter' | 'lastSeenAt' | 'revokedAt'
> & { slot: number | null };

/** Traffic moving from a certificate to its renewal. */
export type RotationView = {
  old: RotationSide;
  next: RotationSide;
  state: RotationState;
  /** The last call with the old one, or its issue when there was none. */
  idleFrom: string;
  /** Whole days without a call that make it safe to revoke the old one. */
  idleDays: number;
  /** It is then revoked by itself; null: it is not. */
  rule: { days: number; by: string } | null;
  /** Calls that passed in the last 24 hours. */
  lately: { old: number; next: number };
  /** API clients that called with the old one in the last 30 days, and never with the new one. */
  lagging: string[];
  unit: 'hour' | 'day';
  /** Calls that passed in each hour, or in each 24 of them, up to the hour that runs now; oldest first, none left out. */
  points: { at: string; old: number; next: number }[];
  now: string;
};

/** One of the slots of an account, for the overview. */
export type SlotView =
  | { slot: number; kind: 'free' }
  | {
      slot: number;
      kind: 'pending';
      environment: (typeof ENVIRONMENTS)[number];
      label: string;
      since: string;
      /** Not finished by then, it is given up and the slot free. */
      voidAt: string;
    }
  | { slot: number; kind: 'live'; certificate: CertificateView };

export type OverviewView = {
  account: AccountView;
  slots: SlotView[];
  apiClients: ApiClientView[];
  /** Certificates ever issued, for the checklist. */
  issuedCount: number;
  now: string;
};

/** What was found in a certificate file that somebody installed. */
export type InstalledView = {
  /** As in the file. */
  certificates: { subject: string; notAfter: string }[];
  /** The account's certificate that comes first in it. */
  certificate: { id: string; label: string } | null;
  findings: Finding[];
};

/** What turning enforcement on in one environment would do now. */
export type EnforcementConsequence = {
  environment: (typeof ENVIRONMENTS)[number];
  enforcement: EnforcementView;
  liveCertificates: { id: string; label: string; commonName: string; notAfter: string }[];
  apiClients: string[];
  mtlsUrl: string | null;
  standardUrl: string | null;
};

/** Other members are of the code: `retirable`, `pending`, `current` and the like [RFC 9457, 3.2]. */
export const problemSchema = z.looseObject({
  type: z.url(),
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  requestId: z.string(),
  findings: z.array(findingSchema).optional(),
  faults: z
    .array(z.strictObject({ field: z.string(), message: z.string() }))
    .optional()
    .describe('With `invalid_request`: what is wrong, and where.'),
});
export type Problem = z.infer<typeof problemSchema>;
