/**
 * What people of an account are told by e-mail. A notice is written in the transaction of the change that causes it:
 * nothing is told that was rolled back, and nothing that was committed is forgotten.
 */
import { z } from 'zod';
import { ENFORCEMENT_MODES, ENVIRONMENTS } from '@/lib/kernel/environments';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { SUPPORT_NOTICES } from './support-notices';

const certificate = {
  certificateId: z.string(),
  label: z.string(),
  commonName: z.string(),
  serialHex: z.string(),
  environment: z.enum(ENVIRONMENTS),
  /** ISO 8601, UTC. */
  notAfter: z.string(),
};

export const noticeData = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('certificate-issued'), ...certificate, by: z.string() }),
  z.object({
    kind: z.literal('certificate-revoked'),
    ...certificate,
    by: z.string(),
    /** When nobody pressed the button: what had been asked for. */
    rule: z
      .object({ idleDays: z.number(), askedBy: z.string(), renewalLabel: z.string() })
      .optional(),
  }),
  z.object({
    kind: z.literal('certificate-expiring'),
    ...certificate,
    /** Whole days. */
    daysLeft: z.number(),
    /** Label of the certificate that is to take over. */
    successor: z.string().nullable(),
    /** Calls come with that one, but not from every API client that calls with this one. */
    successorSeen: z.boolean().optional(),
  }),
  z.object({
    kind: z.literal('certificate-expired'),
    ...certificate,
    successor: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('enforcement-changed'),
    environment: z.enum(ENVIRONMENTS),
    mode: z.enum(ENFORCEMENT_MODES),
    by: z.string(),
  }),
  z.object({
    kind: z.literal('enforcement-trial'),
    environment: z.enum(ENVIRONMENTS),
    by: z.string(),
    /** What it goes back to. */
    before: z.enum(ENFORCEMENT_MODES),
    endsAt: z.string(),
  }),
  z.object({
    kind: z.literal('enforcement-reverted'),
    environment: z.enum(ENVIRONMENTS),
    to: z.enum(ENFORCEMENT_MODES),
  }),
  z.object({
    kind: z.literal('enforcement-scheduled'),
    environment: z.enum(ENVIRONMENTS),
    by: z.string(),
    at: z.string(),
    trialMinutes: z.number(),
    isReminder: z.boolean(),
  }),
  z.object({
    kind: z.literal('access-asked'),
    by: z.string(),
    personId: z.string(),
    environment: z.enum(ENVIRONMENTS).nullable(),
  }),
  z.object({
    kind: z.literal('enforcement-not-started'),
    environment: z.enum(ENVIRONMENTS),
    at: z.string(),
    why: z.string(),
  }),
  ...SUPPORT_NOTICES,
  z.object({
    kind: z.literal('api-key-expiring'),
    keyId: z.string(),
    name: z.string(),
    /** How its text begins. */
    start: z.string(),
    expiresAt: z.string(),
    /** Whole days. */
    daysLeft: z.number(),
    lastUsedAt: z.string().nullable(),
  }),
]);
export type NoticeData = z.infer<typeof noticeData>;

/** @param notice.key what it is about: a second one with the same key is the same one */
export async function recordNotice(
  tx: Tx,
  notice: { accountId: string; key: string; data: NoticeData },
): Promise<void> {
  const { accountId, key, data } = notice;
  await tx.$executeRaw`
    INSERT INTO notice (key, account_id, kind, data, at)
    VALUES (${key}, ${accountId}, ${data.kind}, ${JSON.stringify(data)}::jsonb, ${currentTime()})
    ON CONFLICT (key) DO NOTHING`;
}

/** What every notice about a certificate says of it. */
export function certificateOf(row: {
  id: string;
  label: string;
  commonName: string;
  serialHex: string;
  environment: string;
  notAfter: Date;
}) {
  const { id, label, commonName, serialHex, notAfter } = row;
  const environment = z.enum(ENVIRONMENTS).parse(row.environment);
  return {
    certificateId: id,
    label,
    commonName,
    serialHex,
    environment,
    notAfter: notAfter.toISOString(),
  };
}
