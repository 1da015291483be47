/** What edges and the portal say to one another, besides the frames of lib/edge/frames.ts. */
import { z } from 'zod';
import { environmentSchema } from './views';

const hex64 = z.string().regex(/^[0-9a-fA-F]{64}$/);
// PostgreSQL stores no NUL; one bad item must not lose the batch it came in.
const text = (max: number) =>
  z.string().transform((value) => value.replaceAll('\u0000', '').slice(0, max));
const at = z.iso.datetime().refine((value) => value > '2020', 'an instant of this century');

export const enrolmentReply = z.object({
  edgeId: z.string(),
  name: z.string(),
  /** Ed25519 SPKI, DER in base64. */
  snapshotKey: z.string(),
});

/** Why an edge does not apply what it was sent. */
export const FRAME_REFUSALS = ['forged', 'rollback', 'implausible_shrink', 'malformed'] as const;

export const acknowledgementBody = z.strictObject({
  number: z.int().min(0),
  /** What it was sent and did not apply, since the last time that it said so. */
  refused: z.strictObject({ reason: z.enum(FRAME_REFUSALS), detail: text(300) }).optional(),
});
export type Acknowledgement = z.infer<typeof acknowledgementBody>;

export const MAX_REPORTED = 500;

export const EVIDENCE = ['certificate', 'answered', 'unproved'] as const;
export type Evidence = (typeof EVIDENCE)[number];

export const reportBody = z.strictObject({
  appliedNumber: z.int().min(0),
  /** A report that is sent again has the same; edges of the first version send none. */
  reportId: text(64).optional(),
  /** Calls that were not counted and items that were not told since the last report, for want of room. */
  lost: z.int().min(0).max(2_000_000_000),
  /** What edges of the first version report instead of `successes`; the portal goes first in an upgrade. */
  firstSuccesses: z
    .array(
      z.strictObject({
        fingerprint: hex64,
        nameHash: hex64,
        environment: environmentSchema,
        at,
        tlsVersion: text(16),
      }),
    )
    .max(MAX_REPORTED)
    .default([]),
  successes: z
    .array(
      z.strictObject({
        requestId: text(64),
        environment: environmentSchema,
        listener: z.enum(['mtls', 'standard']),
        at,
        fingerprint: hex64.nullable(),
        nameHash: hex64,
        sourceAddress: text(64),
        userAgent: text(300).nullable(),
        tlsVersion: text(16).nullable(),
        httpVersion: text(8),
        /** This call and those like it since the last report. */
        count: z.int().min(1).max(2_000_000_000),
      }),
    )
    .max(MAX_REPORTED)
    .default([]),
  /**
   * Calls by their kind, hour by hour, refused ones too. Edges of earlier versions send none: their calls are counted
   * from `successes` and `refusals`, which otherwise are for people to look at.
   */
  counts: z
    .array(
      z.strictObject({
        environment: environmentSchema,
        listener: z.enum(['mtls', 'standard']),
        outcome: text(64),
        evidence: z.enum(EVIDENCE),
        fingerprint: hex64.nullable(),
        nameHash: hex64.nullable(),
        network: text(64),
        userAgent: text(300).nullable(),
        calls: z.int().min(1).max(2_000_000_000),
        firstAt: at,
        lastAt: at,
      }),
    )
    .max(MAX_REPORTED)
    .optional(),
  refusals: z
    .array(
      z.strictObject({
        requestId: text(64),
        code: text(64),
        environment: environmentSchema,
        listener: z.enum(['mtls', 'standard']),
        at,
        fingerprint: hex64.nullable(),
        nameHash: hex64.nullable(),
        sourceAddress: text(64),
        userAgent: text(300).nullable(),
        sni: text(255).nullable(),
        tlsVersion: text(16).nullable(),
      }),
    )
    .max(MAX_REPORTED),
});
export type EdgeReport = z.infer<typeof reportBody>;
