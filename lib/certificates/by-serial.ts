import type { Prisma } from '@/generated/prisma/client';
import type { Tx } from '@/lib/platform/database';

/**
 * Certificates of a serial number, whoever issued them: it is unique within its issuer and indexed so, and issuers are
 * few enough to be named. Without them every certificate there is would be read.
 * @param serialHex upper-case
 */
export async function hasSerial(tx: Tx, serialHex: string): Promise<Prisma.CertificateWhereInput> {
  const issuers = await tx.issuer.findMany({ select: { id: true } });
  return { issuerId: { in: issuers.map(({ id }) => id) }, serialHex };
}
