import type { Prisma } from '@/generated/prisma/client';
import type { CertificateStatus, CertificateView } from '@/lib/contract/views';
import { type Environment, isEnvironment, REVOCATION_REASONS } from '@/lib/kernel/environments';
import { type CertificateFacts, certificateFacts } from '@/lib/pki/certificate-facts';
import { pemOf } from '@/lib/pki/pem';

/** What a certificate row is read with, wherever it becomes a view. */
export const withSlot = { intent: { include: { slot: true } } } as const;

export type CertificateRow = Prisma.CertificateGetPayload<{ include: typeof withSlot }>;

export function statusOf(
  row: { revokedAt: Date | null; notAfter: Date },
  now: Date,
): CertificateStatus {
  if (row.revokedAt) return 'revoked';
  return row.notAfter <= now ? 'expired' : 'live';
}

export async function certificateView(row: CertificateRow, now: Date): Promise<CertificateView> {
  return viewWithFacts(row, await certificateFacts(row.der), now);
}

export function viewWithFacts(
  row: CertificateRow,
  facts: CertificateFacts,
  now: Date,
): CertificateView {
  const status = statusOf(row, now);
  return {
    id: row.id,
    environment: environmentOf(row.environment),
    status,
    label: row.label,
    subject: facts.subject,
    commonName: row.commonName,
    sans: facts.sans,
    serialHex: row.serialHex,
    sha256Fingerprint: row.sha256Fingerprint,
    issuer: facts.issuer,
    keyLabel: facts.keyLabel,
    slot: status === 'live' ? (row.intent.slot?.slot ?? null) : null,
    notBefore: row.notBefore.toISOString(),
    notAfter: row.notAfter.toISOString(),
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    revokedBy: row.revokedBy,
    revocationReason: REVOCATION_REASONS.find((reason) => reason === row.revocationReason) ?? null,
    pem: pemOf(row.der, 'CERTIFICATE'),
  };
}

export function environmentOf(text: string): Environment {
  if (!isEnvironment(text)) throw new Error(`unknown environment ${text}`);
  return text;
}
