import { authorize, type Principal, requireEnvironment } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { recordEvent } from '@/lib/audit/record';
import type { CertificateView } from '@/lib/contract/views';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { knownId, noCertificate } from './read';
import { certificateView, withSlot } from './view';

/**
 * Renames a certificate for people; the certificate itself is unchanged. The same label again changes nothing.
 * @throws AppError `not_found`
 */
export async function labelCertificate(
  principal: Principal,
  id: string,
  label: string,
): Promise<CertificateView> {
  const scope = authorize(principal, 'certificates.label');
  return inScope(scope, async (tx) => {
    await lockAccount(tx, scope.accountId);
    const where = { id: knownId(id), accountId: scope.accountId };
    const before = await tx.certificate.findFirst({ where, include: withSlot });
    if (!before) throw noCertificate();
    requireEnvironment(scope, before.environment);
    if (before.label === label) return certificateView(before, currentTime());
    await tx.certificate.updateMany({ where, data: { label } });
    await recordEvent(tx, {
      chain: scope.accountId,
      actor: scope.actor,
      requestId: scope.requestId,
      action: 'certificate.labelled',
      object: { kind: 'certificate', id },
      detail: { from: before.label, to: label },
    });
    return certificateView({ ...before, label }, currentTime());
  });
}
