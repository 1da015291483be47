import type { DeploymentScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { LEAF_PROFILE } from '@/lib/pki/profile';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { certificatesRevoked } from './revoked';

/**
 * Enters certificates that the signer made and a restored database forgot: revoked from now on, in no account, on the
 * next list of their CA. One that this database knows is left alone, and so is one that was entered before.
 * @returns how many were entered
 * @throws AppError `not_found` for a CA that this database does not know; nothing is entered then
 * @see RFC 5280, 5.1.2.6: whatever its issuer no longer stands for is listed
 */
export async function disownCertificates(
  scope: DeploymentScope,
  certificates: readonly {
    intentId: string;
    issuerId: string;
    serialHex: string;
    tbsSha256: string;
    signedAt: Date;
  }[],
): Promise<{ entered: number }> {
  const entered = await acrossAccounts(scope, async (tx) => {
    const revokedAt = currentTime();
    const known = new Set((await tx.issuer.findMany({ select: { id: true } })).map(({ id }) => id));
    const serials = certificates.map(({ serialHex }) => serialHex);
    const where = { serialHex: { in: serials } };
    const kept = await tx.intent.findMany({ where, select: { issuerId: true, serialHex: true } });
    const ours = new Set(kept.map((one) => `${one.issuerId} ${one.serialHex}`));
    const data = certificates.flatMap(({ intentId: id, signedAt, ...facts }) => {
      const { issuerId, serialHex } = facts;
      if (!known.has(issuerId)) {
        throw new AppError('not_found', { detail: `No CA has the id ${issuerId}.` });
      }
      const notAfter = new Date(signedAt.getTime() + LEAF_PROFILE.validityMs);
      const row = { id, ...facts, signedAt, notAfter, revokedAt };
      return ours.has(`${issuerId} ${serialHex}`) ? [] : [row];
    });
    const { count } = await tx.lostCertificate.createMany({ data, skipDuplicates: true });
    if (count > 0) {
      await recordEvent(tx, {
        chain: DEPLOYMENT_CHAIN,
        actor: scope.actor,
        requestId: scope.requestId,
        action: 'certificates.disowned',
        object: { kind: 'issuer', id: 'all' },
        detail: { count, serials: data.map(({ serialHex }) => serialHex) },
      });
    }
    return count;
  });
  certificatesRevoked();
  return { entered };
}
