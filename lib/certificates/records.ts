/** What the two durable steps of issuing write, however they write it. */
import type { Scope } from '@/lib/access/scope';
import type { Recorded } from '@/lib/audit/record';
import { certificateOf, type NoticeData } from '@/lib/mail/notices';
import type { CertificateFacts } from '@/lib/pki/certificate-facts';
import { newId } from '@/lib/platform/random';
import type { PlannedIntent } from './intents';

/** What finishing needs of an intent, just planned or read back. */
export type UnfinishedIntent = Omit<PlannedIntent, 'idempotencyKey' | 'requestSha256'>;

export function requestedEvent(scope: Scope, planned: PlannedIntent, slot: number): Recorded {
  return {
    chain: scope.accountId,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'certificate.requested',
    object: { kind: 'intent', id: planned.id },
    detail: {
      environment: planned.environment,
      slot,
      serialHex: planned.serialHex,
      tbsSha256: planned.tbsSha256,
      issuerId: planned.issuerId,
      ...renewal(planned),
    },
  };
}

export type NewCertificate = ReturnType<typeof newCertificate>;

/** The row of a certificate that was just signed. */
export function newCertificate(input: {
  scope: Scope;
  intent: UnfinishedIntent;
  der: Uint8Array;
  facts: CertificateFacts;
  now: Date;
}) {
  const { scope, intent, facts, now } = input;
  return {
    id: newId('certificate'),
    accountId: scope.accountId,
    environment: intent.environment,
    intentId: intent.id,
    issuerId: intent.issuerId,
    label: intent.label,
    commonName: facts.commonName,
    serialHex: intent.serialHex,
    sha256Fingerprint: facts.sha256Fingerprint,
    spkiSha256: intent.spkiSha256,
    der: new Uint8Array(input.der),
    notBefore: facts.notBefore,
    notAfter: facts.notAfter,
    createdAt: now,
    createdBy: scope.actor.name,
    replacesId: intent.replacesId,
    revokedAt: null,
  };
}

export function issuedEvent(scope: Scope, row: NewCertificate): Recorded {
  return {
    chain: scope.accountId,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'certificate.issued',
    object: { kind: 'certificate', id: row.id },
    detail: {
      environment: row.environment,
      label: row.label,
      commonName: row.commonName,
      serialHex: row.serialHex,
      sha256Fingerprint: row.sha256Fingerprint,
      intentId: row.intentId,
      ...renewal(row),
    },
  };
}

function renewal({ replacesId }: { replacesId: string | null }): { replacesId?: string } {
  return replacesId === null ? {} : { replacesId };
}

export function issuedNotice(
  scope: Scope,
  row: NewCertificate,
): { accountId: string; key: string; data: NoticeData } {
  return {
    accountId: scope.accountId,
    key: `issued/${row.id}`,
    data: { kind: 'certificate-issued', ...certificateOf(row), by: scope.actor.name },
  };
}
