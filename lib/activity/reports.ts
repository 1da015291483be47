/** What edges report: the first success of a certificate, and every refusal. */
import type { Edge } from '@/generated/prisma/client';
import { systemScope } from '@/lib/access/scope';
import type { EdgeReport } from '@/lib/contract/edge-protocol';
import { idFrom } from '@/lib/kernel/ids';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { sha256 } from '@/lib/platform/random';

/**
 * Stores a report. An edge may send one again when its answer was lost: refusals are known by edge and request id.
 * A refusal belongs to the account of the certificate, or else of the API client named, or to nobody.
 */
export async function takeReport(edge: Edge, report: EdgeReport, requestId: string): Promise<void> {
  await acrossAccounts(systemScope('reports', requestId), async (tx) => {
    await tx.edge.update({
      where: { id: edge.id },
      data: {
        appliedNumber: BigInt(report.appliedNumber),
        lastSeenAt: currentTime(),
        lost: { increment: report.lost },
      },
    });
    for (const success of report.firstSuccesses) {
      const at = new Date(success.at);
      await tx.$executeRaw`UPDATE certificate
        SET first_seen_at = coalesce(first_seen_at, ${at}),
            last_seen_at = greatest(coalesce(last_seen_at, ${at}), ${at})
        WHERE sha256_fingerprint = ${success.fingerprint.toUpperCase()}`;
    }
    await storeRefusals(tx, edge, report.refusals);
  });
}

async function storeRefusals(tx: Tx, edge: Edge, refusals: EdgeReport['refusals']): Promise<void> {
  const fingerprints = refusals.flatMap((one) => one.fingerprint?.toUpperCase() ?? []);
  const hashes = refusals.flatMap((one) =>
    one.nameHash ? [new Uint8Array(Buffer.from(one.nameHash, 'hex'))] : [],
  );
  const certificates = await tx.certificate.findMany({
    where: { sha256Fingerprint: { in: fingerprints } },
    select: { id: true, accountId: true, sha256Fingerprint: true },
  });
  const clients = await tx.apiClient.findMany({
    where: { nameHash: { in: hashes } },
    select: { id: true, accountId: true, nameHash: true },
  });
  const byFingerprint = new Map(certificates.map((row) => [row.sha256Fingerprint, row]));
  const byHash = new Map(clients.map((row) => [Buffer.from(row.nameHash).toString('hex'), row]));
  await tx.refusedCall.createMany({
    skipDuplicates: true,
    data: refusals.map((one) => {
      const certificate = byFingerprint.get(one.fingerprint?.toUpperCase() ?? '');
      const client = byHash.get(one.nameHash?.toLowerCase() ?? '');
      const at = new Date(one.at);
      return {
        id: idFrom('event', at.getTime(), sha256(`${edge.id}/${one.requestId}`)),
        accountId: certificate?.accountId ?? client?.accountId ?? null,
        edgeId: edge.id,
        at,
        environment: one.environment,
        listener: one.listener,
        code: one.code,
        requestId: one.requestId,
        certificateId: certificate?.id ?? null,
        apiClientId: client?.id ?? null,
        fingerprint: one.fingerprint,
        sourceAddress: one.sourceAddress,
        userAgent: one.userAgent,
        sni: one.sni,
        tlsVersion: one.tlsVersion,
      };
    }),
  });
}
