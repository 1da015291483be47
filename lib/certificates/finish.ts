/** Signing an intent and storing what was signed; called by issuing and by recovery. */
import type { Scope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { recordEvent } from '@/lib/audit/record';
import type { CertificateView } from '@/lib/contract/views';
import { AppError } from '@/lib/kernel/errors';
import { refuseBlocked } from '@/lib/key-policy/blocked-keys';
import { certificateOf, recordNotice } from '@/lib/mail/notices';
import { type CertificateFacts, certificateFacts } from '@/lib/pki/certificate-facts';
import { crossCheck } from '@/lib/pki/cross-check';
import type { LintedDraft } from '@/lib/pki/lint';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { newId } from '@/lib/platform/random';
import { certificateChange, recordChange } from '@/lib/publishing/changes';
import { publisher } from '@/lib/publishing/publisher';
import type { PlannedIntent } from './intents';
import { viewWithFacts, withSlot } from './view';

/**
 * Signs the draft of a pending intent and stores the certificate, exactly once however often it is called.
 * @throws AppError `ca_unavailable`; the intent then stays pending. `csr_rejected` when its key was blocked meanwhile
 */
export async function finishIntent(
  scope: Scope,
  intent: PlannedIntent,
  linted: LintedDraft,
): Promise<CertificateView> {
  const der = await signed(intent, linted);
  crossCheck({
    certificateDer: der,
    issuerDer: linted.issuerDer,
    tbsSha256: intent.tbsSha256,
    serialHex: intent.serialHex,
    spkiSha256Hex: intent.spkiSha256,
  });
  const facts = await certificateFacts(der);
  const view = await inScope(scope, (tx) =>
    store(tx, scope, intent, { der: new Uint8Array(der), facts }),
  );
  publisher().nudge();
  return view;
}

async function signed(intent: PlannedIntent, linted: LintedDraft): Promise<Uint8Array> {
  try {
    return await deployment().signer.sign({
      intentId: intent.id,
      issuerId: intent.issuerId,
      tbs: linted,
    });
  } catch (cause) {
    throw new AppError('ca_unavailable', {
      detail: `The certificate authority did not sign. The request is kept as ${intent.id} and is finished as soon as it can be.`,
      cause,
      retryAfterSeconds: 5,
      members: { intentId: intent.id },
    });
  }
}

async function store(
  tx: Tx,
  scope: Scope,
  intent: PlannedIntent,
  { der, facts }: { der: Uint8Array<ArrayBuffer>; facts: CertificateFacts },
): Promise<CertificateView> {
  await lockAccount(tx, scope.accountId);
  const now = currentTime();
  const closed = await tx.intent.updateMany({
    where: { id: intent.id, accountId: scope.accountId, state: 'pending' },
    data: { state: 'issued' },
  });
  if (closed.count === 1) {
    const row = await tx.certificate.create({
      data: {
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
        der,
        notBefore: facts.notBefore,
        notAfter: facts.notAfter,
        createdAt: now,
        createdBy: scope.actor.name,
      },
    });
    await tx.slot.updateMany({
      where: { intentId: intent.id, accountId: scope.accountId },
      data: { releasesAt: facts.notAfter },
    });
    await recordEvent(tx, {
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
        intentId: intent.id,
      },
    });
    await recordChange(tx, certificateChange(row));
    await recordNotice(tx, {
      accountId: scope.accountId,
      key: `issued/${row.id}`,
      data: { kind: 'certificate-issued', ...certificateOf(row), by: scope.actor.name },
    });
  }
  const stored = await tx.certificate.findFirst({
    where: { intentId: intent.id, accountId: scope.accountId },
    include: withSlot,
  });
  if (!stored) {
    await refuseBlocked(tx, intent.spkiSha256);
    throw new AppError('ca_unavailable', {
      detail: 'This request was given up because it was not finished in time. Send it again.',
      retryAfterSeconds: 1,
    });
  }
  return viewWithFacts(stored, facts, now);
}
