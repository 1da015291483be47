import type { Prisma } from '@/generated/prisma/client';
import type { CertificateStatus, CertificateView } from '@/lib/contract/views';
import { type Environment, isEnvironment, REVOCATION_REASONS } from '@/lib/kernel/environments';
import { type CertificateFacts, certificateFacts } from '@/lib/pki/certificate-facts';
import { pemOf } from '@/lib/pki/pem';
import { processWide } from '@/lib/platform/process-wide';
import type { NewCertificate } from './records';

// About 1 KB each.
const MAX_KNOWN_FACTS = 2_000;

/** What a certificate row is read with, wherever it becomes a view. */
export const withSlot = { intent: { include: { slot: true } } } as const;

export type CertificateRow = Prisma.CertificateGetPayload<{ include: typeof withSlot }>;

type ViewedRow = Omit<
  CertificateRow,
  'intent' | 'firstSeenAt' | 'lastSeenClientId' | 'lastSeenTls' | 'listedInCrl' | 'revokeWhenIdleBy'
> & { intent: { slot: { slot: number } | null } };

export function statusOf(
  row: { revokedAt: Date | null; notAfter: Date },
  now: Date,
): CertificateStatus {
  if (row.revokedAt) return 'revoked';
  return row.notAfter <= now ? 'expired' : 'live';
}

export async function certificateView(row: CertificateRow, now: Date): Promise<CertificateView> {
  return viewWithFacts(row, await factsOf(row), now);
}

/** Reading one certificate costs about 2 ms of X.509, and what is in it never changes. */
async function factsOf(row: CertificateRow): Promise<CertificateFacts> {
  const known = processWide('certificate-facts', () => new Map<string, CertificateFacts>());
  const kept = known.get(row.sha256Fingerprint);
  if (kept) return kept;
  const facts = await certificateFacts(row.der);
  const oldest = known.keys().next();
  if (known.size >= MAX_KNOWN_FACTS && !oldest.done) known.delete(oldest.value);
  known.set(row.sha256Fingerprint, facts);
  return facts;
}

/** A certificate that was stored a moment ago, in this slot. */
export function newView(
  row: NewCertificate,
  facts: CertificateFacts,
  slot: number,
): CertificateView {
  const fresh = {
    revokedBy: null,
    revocationReason: null,
    lastSeenAt: null,
    revokeWhenIdleDays: null,
  };
  return viewWithFacts({ ...row, ...fresh, intent: { slot: { slot } } }, facts, row.createdAt);
}

export function viewWithFacts(row: ViewedRow, facts: CertificateFacts, now: Date): CertificateView {
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
    replacesId: row.replacesId,
    revokeWhenIdleDays: row.revokeWhenIdleDays,
    pem: pemOf(row.der, 'CERTIFICATE'),
  };
}

export function environmentOf(text: string): Environment {
  if (!isEnvironment(text)) throw new Error(`unknown environment ${text}`);
  return text;
}
