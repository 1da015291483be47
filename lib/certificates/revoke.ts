import { authorize, type Principal } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { recordEvent } from '@/lib/audit/record';
import type { CertificateView } from '@/lib/contract/views';
import type { RevocationReason } from '@/lib/kernel/environments';
import { certificateOf, recordNotice } from '@/lib/mail/notices';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { certificateChange, recordChange } from '@/lib/publishing/changes';
import { publisher } from '@/lib/publishing/publisher';
import { knownId, noCertificate } from './read';
import { certificateView, withSlot } from './view';

/**
 * Revokes a certificate and frees its slot; edges refuse it within a second. A repeat changes nothing.
 * @throws AppError `not_found`
 * @see RFC 5280, 5.3.1 for the reasons
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
    if (before.revokedAt === null) {
      const row = await tx.certificate.update({
        where: { id: before.id },
        data: { revokedAt: now, revokedBy: scope.actor.name, revocationReason: reason },
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
        },
      });
      await recordChange(tx, certificateChange(row));
      await recordNotice(tx, {
        accountId: scope.accountId,
        key: `revoked/${row.id}`,
        data: {
          kind: 'certificate-revoked',
          ...certificateOf(row),
          by: scope.actor.name,
        },
      });
    }
    const stored = await tx.certificate.findFirstOrThrow({ where, include: withSlot });
    return certificateView(stored, now);
  });
  publisher().nudge();
  return view;
}
