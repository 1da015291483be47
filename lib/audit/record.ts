/**
 * One event per state change, in the transaction of the change, chained per account: each hash covers the canonical
 * JSON of the event and the hash before it, so an edit, a deletion or a reorder shows (invariant 5).
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Actor } from '@/lib/access/scope';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { newId } from '@/lib/platform/random';
import { canonicalJson, type Json } from './canonical-json';

export const DEPLOYMENT_CHAIN = 'deployment';

export type Recorded = {
  /** An account's id, or `DEPLOYMENT_CHAIN`. */
  chain: string;
  actor: Actor;
  requestId: string;
  /** Object and verb: `certificate.issued`. */
  action: string;
  object: { kind: string; id: string };
  detail: Record<string, Json>;
};

const NO_HASH = new Uint8Array(32);
const jsonSchema = z.json();

/** Appends one event. Writing the head locks its row until commit, so a chain has no fork and no gap. */
export async function recordEvent(tx: Tx, event: Recorded): Promise<void> {
  const heads = await tx.$queryRaw<{ sequence: bigint; hash: Uint8Array }[]>`
    INSERT INTO audit_head (chain, sequence, hash) VALUES (${event.chain}, 0, ${NO_HASH})
    ON CONFLICT (chain) DO UPDATE SET chain = EXCLUDED.chain RETURNING sequence, hash`;
  const head = heads[0];
  if (!head) throw new Error('the audit chain has no head');
  const row = {
    id: newId('event'),
    chain: event.chain,
    sequence: head.sequence + 1n,
    at: currentTime(),
    actor: { ...event.actor },
    action: event.action,
    objectKind: event.object.kind,
    objectId: event.object.id,
    detail: event.detail,
    requestId: event.requestId,
    previousHash: new Uint8Array(head.hash),
  };
  const hash = eventHash(row);
  await tx.$executeRaw`
    WITH event AS (
      INSERT INTO audit_event (id, chain, sequence, at, actor, action, object_kind, object_id, detail,
        request_id, previous_hash, hash)
      VALUES (${row.id}, ${row.chain}, ${row.sequence}, ${row.at}, ${JSON.stringify(row.actor)}::jsonb,
        ${row.action}, ${row.objectKind}, ${row.objectId}, ${JSON.stringify(row.detail)}::jsonb,
        ${row.requestId}, ${row.previousHash}, ${hash})
    )
    UPDATE audit_head SET sequence = ${row.sequence}, hash = ${hash} WHERE chain = ${row.chain}`;
}

/**
 * An event for a SQL statement that appends it: `event` names the columns of audit_event except those that the chain
 * gives, and the hashed text is `textBeforeSequence`, the sequence and a closing brace.
 */
export function preparedEvent(event: Recorded): {
  event: Record<string, Json>;
  textBeforeSequence: string;
} {
  const row = {
    id: newId('event'),
    chain: event.chain,
    at: currentTime().toISOString(),
    actor: { ...event.actor },
    action: event.action,
    detail: event.detail,
  };
  const { kind: objectKind, id: objectId } = event.object;
  const { requestId } = event;
  const text = canonicalJson({ ...row, objectKind, objectId, requestId });
  return {
    event: { ...row, object_kind: objectKind, object_id: objectId, request_id: requestId },
    // Of all members only the sequence is missing, and by its name it is the last.
    textBeforeSequence: `${text.slice(0, -1)},"sequence":`,
  };
}

/** An event as stored. */
export type EventRow = {
  id: string;
  chain: string;
  sequence: bigint;
  at: Date;
  actor: unknown;
  action: string;
  objectKind: string;
  objectId: string;
  detail: unknown;
  requestId: string;
};

/** What of an event is hashed, as a value of JSON. */
export function recordOf(row: EventRow): { readonly [member: string]: Json } {
  const { id, chain, action, objectKind, objectId, requestId } = row;
  return {
    id,
    chain,
    sequence: Number(row.sequence),
    at: row.at.toISOString(),
    // Both come from columns of JSON.
    actor: jsonSchema.parse(row.actor),
    action,
    objectKind,
    objectId,
    detail: jsonSchema.parse(row.detail),
    requestId,
  };
}

export const recordText = canonicalJson;

/** The hash of an event as stored: SHA-256 over the previous hash and the canonical JSON of the rest. */
export function eventHash(row: EventRow & { previousHash: Uint8Array }): Uint8Array<ArrayBuffer> {
  const text = recordText(recordOf(row));
  return new Uint8Array(createHash('sha256').update(row.previousHash).update(text).digest());
}
