import { authorize, type Principal, requireEnvironment, type Scope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { recordEvent } from '@/lib/audit/record';
import type { CertificateView } from '@/lib/contract/views';
import type { RevocationReason } from '@/lib/kernel/environments';
import { blockKey } from '@/lib/key-policy/blocked-keys';
import { certificateOf, recordNotice } from '@/lib/mail/notices';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { certificateChange, recordChange } from '@/lib/publishing/changes';
import { publisher } from '@/lib/publishing/publisher';
import { certificatesRevoked } from '@/lib/revocation/revoked';
import { voidIntent } from './intents';
import { knownId, noCertificate } from './read';
import { type CertificateRow, certificateView, withSlot } from './view';

/**
 * Revokes a certificate and frees its slot; edges refuse it within a second. A repeat changes nothing, unless it is
 * the first to say `keyCompromise`: then that becomes the reason.
 * With `keyCompromise` the key is never taken again, all live certificates with it are revoked in the same
 * transaction, and requests with it that are still being signed are given up.
 * @throws AppError `not_found`
 * @see RFC 5280, 5.3.1 for the reasons; CA/Browser Forum BR, 4.9.1.1 (3) for the other certificates, 7.2.2 for a
 *   compromise that is learned of later
 */
export async function revokeCertificate(
  principal: Principal,
  id: string,
  reason: RevocationReason,
): Promise<CertificateView> {
  const scope = authorize(principal, 'certificates.revoke');
  const view = await inScope(scope, async (tx) => {
    await lockAccount(tx, scope.accountId);
    const now = currentTime();
    const where = { id: knownId(id), accountId: scope.accountId };
    const before = await tx.certificate.findFirst({ where });
    if (!before) throw noCertificate();
    requireEnvironment(scope, before.environment);
    if (reason === 'keyCompromise') await mayEndKey(tx, scope, before.spkiSha256);
    if (before.revokedAt === null) await revokeOne(tx, scope, { id: before.id, reason });
    if (reason === 'keyCompromise' && before.revocationReason !== reason) {
      if (before.revokedAt !== null) await reportCompromised(tx, scope, before);
      await blockKey(tx, scope, before.spkiSha256);
      await revokeKey(tx, scope, before.spkiSha256);
    }
    const stored = await tx.certificate.findFirstOrThrow({ where, include: withSlot });
    return certificateView(stored, now);
  });
  publisher().nudge();
  certificatesRevoked();
  return view;
}

/** Whoever may act in one environment does not end what lives by the same key in another. */
async function mayEndKey(tx: Tx, scope: Scope, spkiSha256: string): Promise<void> {
  const others = await tx.certificate.findMany({
    where: {
      accountId: scope.accountId,
      spkiSha256,
      revokedAt: null,
      notAfter: { gt: currentTime() },
    },
    select: { environment: true },
  });
  for (const { environment } of others) requireEnvironment(scope, environment);
}

/**
 * Revokes what is live of a compromised key in the scope's account, and gives up what is still being signed. The caller
 * holds the account's lock and has blocked the key.
 */
export async function revokeKey(tx: Tx, scope: Scope, spkiSha256: string): Promise<void> {
  const { accountId } = scope;
  const others = await tx.certificate.findMany({
    where: { accountId, spkiSha256, revokedAt: null, notAfter: { gt: currentTime() } },
    orderBy: { id: 'asc' },
  });
  for (const { id } of others) await revokeOne(tx, scope, { id, reason: 'keyCompromise' });
  const pending = await tx.intent.findMany({ where: { accountId, spkiSha256, state: 'pending' } });
  for (const intent of pending) {
    await voidIntent(tx, intent, 'its key was reported as compromised');
  }
}

/** Of a certificate that was revoked for another reason before; the next list says the new one. */
async function reportCompromised(
  tx: Tx,
  scope: Scope,
  {
    id,
    label,
    environment,
    revocationReason,
  }: Pick<CertificateRow, 'id' | 'label' | 'environment' | 'revocationReason'>,
): Promise<void> {
  await tx.certificate.update({
    where: { id },
    data: { revocationReason: 'keyCompromise', listedInCrl: null },
  });
  await recordEvent(tx, {
    chain: scope.accountId,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'certificate.reported-compromised',
    object: { kind: 'certificate', id },
    detail: { label, environment, before: revocationReason },
  });
}

/** By which a certificate was revoked when nobody pressed the button. */
export type IdleRule = {
  idleDays: number;
  askedBy: string;
  renewalId: string;
  renewalLabel: string;
};

/** The revocation itself, with all that says so. The caller holds the account's lock, and the certificate is not revoked. */
export async function revokeOne(
  tx: Tx,
  scope: Scope,
  { id, reason, rule }: { id: string; reason: RevocationReason; rule?: IdleRule },
): Promise<void> {
  const by = rule ? `Countersign, as ${rule.askedBy} asked` : scope.actor.name;
  const row = await tx.certificate.update({
    where: { id },
    data: { revokedAt: currentTime(), revokedBy: by, revocationReason: reason },
  });
  await tx.slot.deleteMany({
    where: { intentId: row.intentId, accountId: scope.accountId },
  });
  await recordEvent(tx, {
    chain: scope.accountId,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'certificate.revoked',
    object: { kind: 'certificate', id: row.id },
    detail: {
      reason,
      environment: row.environment,
      label: row.label,
      serialHex: row.serialHex,
      ...(rule
        ? { idleDays: rule.idleDays, askedBy: rule.askedBy, renewalId: rule.renewalId }
        : {}),
    },
  });
  await recordChange(tx, certificateChange(row));
  await recordNotice(tx, {
    accountId: scope.accountId,
    key: `revoked/${row.id}`,
    data: {
      kind: 'certificate-revoked',
      ...certificateOf(row),
      by,
      ...(rule ? { rule } : {}),
    },
  });
}
