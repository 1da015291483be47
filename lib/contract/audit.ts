/** The audit trail of an account, as replies and as what is asked of it. */
import { z } from 'zod';
import { cursorSchema, limitSchema } from './parameters';
import { activityEventSchema } from './views';

export const MAX_AUDIT_FILTER_CHARACTERS = 200;
const instant = z.iso.datetime({ error: 'write an instant such as 2026-11-21T09:00:00Z' });
const named = z.string().min(1).max(MAX_AUDIT_FILTER_CHARACTERS);
const sha256Hex = z.string().regex(/^[0-9a-f]{64}$/);

/** All of them must hold; `from` is included, `to` is not. */
export const auditFilterSchema = z.strictObject({
  actor: named.optional().describe('The id of a person, API key or part of the portal.'),
  action: named.optional().describe('Such as certificate.issued.'),
  object: named.optional().describe('The id of what was changed.'),
  requestId: named.optional(),
  from: instant.optional(),
  to: instant.optional(),
});
export type AuditFilter = z.infer<typeof auditFilterSchema>;

export const auditQuery = auditFilterSchema.extend({
  limit: limitSchema,
  cursor: cursorSchema,
});

export const AUDIT_FORMATS = ['jsonl', 'csv'] as const;
export type AuditFormat = (typeof AUDIT_FORMATS)[number];
export const auditExportQuery = auditFilterSchema.extend({
  format: z.enum(AUDIT_FORMATS).default('jsonl'),
});

export const auditEventSchema = activityEventSchema.extend({
  record: z
    .string()
    .describe('What is hashed: the canonical JSON (RFC 8785) of the event, in UTF-8.'),
  previousHash: sha256Hex.describe('Of the event before; zeros before the first.'),
  hash: sha256Hex.describe('SHA-256 over the 32 bytes of previousHash and the record.'),
});
export type AuditEventView = z.infer<typeof auditEventSchema>;

export const auditPageSchema = z.strictObject({
  items: z.array(auditEventSchema),
  nextCursor: z.string().nullable(),
});
export type AuditPage = z.infer<typeof auditPageSchema>;

/** What the filters of a page offer: who and what was in the newest changes. */
export type AuditChoices = {
  actors: { id: string; kind: string; name: string }[];
  actions: string[];
};

/** What anybody may know of the key that signs the trail. */
export type AuditKeyView = { sha256: string; pem: string; pemUrl: string; verifierUrl: string };
