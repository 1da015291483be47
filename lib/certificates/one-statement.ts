/**
 * The two durable steps of issuing as one SQL statement each, where nothing stands in the way. Whatever else there is to
 * decide (an earlier request, a full account, a foreign key) changes nothing here and is left to intents.ts and finish.ts.
 */
import type { Scope } from '@/lib/access/scope';
import { preparedEvent } from '@/lib/audit/record';
import { callInScope } from '@/lib/platform/database';
import { certificateChange } from '@/lib/publishing/changes';
import { leaseEnd, type PlannedIntent, voidAt } from './intents';
import { issuedEvent, issuedNotice, type NewCertificate, requestedEvent } from './records';

// Raised by countersign_take_slot for a key that is blocked, so that its claim does not stay.
const KEY_BLOCKED = 'CS001';

/** Takes a slot and writes the intent. @returns false: nothing was changed, and `takeSlot` says why */
export async function tookSlot(scope: Scope, planned: PlannedIntent): Promise<boolean> {
  const { event, textBeforeSequence } = preparedEvent(requestedEvent(scope, planned, 0));
  // Inside a text of JSON the quotes of this would be escaped.
  const [before, after, ...others] = textBeforeSequence.split('"slot":0,');
  if (before === undefined || after === undefined || others.length > 0) return false;
  const row = {
    id: planned.id,
    environment: planned.environment,
    issuer_id: planned.issuerId,
    serial_hex: planned.serialHex,
    spki_sha256: planned.spkiSha256,
    tbs_der: bytea(planned.tbsDer),
    tbs_sha256: planned.tbsSha256,
    not_after: planned.notAfter,
    label: planned.label,
    actor: scope.actor,
    request_id: scope.requestId,
    idempotency_key: planned.idempotencyKey,
    request_sha256: planned.requestSha256,
    lease_until: leaseEnd(planned.createdAt),
    created_at: planned.createdAt,
    releases_at: voidAt(planned),
    replaces_id: planned.replacesId,
  };
  const args = [JSON.stringify(row), JSON.stringify(event), `${before}"slot":`, `,${after}`];
  try {
    return (await callInScope(scope, 'countersign_take_slot', args)) !== null;
  } catch (error) {
    if (Object(error).code === KEY_BLOCKED) return false;
    throw error;
  }
}

/** Stores what was signed for a pending intent. @returns its slot; null: nothing was changed, or it was stored before */
export async function storedInSlot(
  scope: Scope,
  certificate: NewCertificate,
): Promise<number | null> {
  const { event, textBeforeSequence } = preparedEvent(issuedEvent(scope, certificate));
  const { key, data } = issuedNotice(scope, certificate);
  const row = {
    id: certificate.id,
    environment: certificate.environment,
    intent_id: certificate.intentId,
    issuer_id: certificate.issuerId,
    label: certificate.label,
    common_name: certificate.commonName,
    serial_hex: certificate.serialHex,
    sha256_fingerprint: certificate.sha256Fingerprint,
    spki_sha256: certificate.spkiSha256,
    der: bytea(certificate.der),
    not_before: certificate.notBefore,
    not_after: certificate.notAfter,
    created_at: certificate.createdAt,
    created_by: certificate.createdBy,
    replaces_id: certificate.replacesId,
  };
  const slot = await callInScope(scope, 'countersign_store_certificate', [
    JSON.stringify(row),
    JSON.stringify(event),
    textBeforeSequence,
    JSON.stringify(certificateChange(certificate)),
    JSON.stringify({ key, kind: data.kind, data, at: certificate.createdAt }),
  ]);
  return typeof slot === 'number' ? slot : null;
}

function bytea(bytes: Uint8Array): string {
  return `\\x${Buffer.from(bytes).toString('hex')}`;
}
