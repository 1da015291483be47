/** Whose call it was: of the certificate's account, or else of that of the API client named, or nobody's. */
import type { Tx } from '@/lib/platform/database';

export type Named = { fingerprint: string | null; nameHash: string | null };
export type Owner = {
  accountId: string;
  certificateId: string | null;
  apiClientId: string | null;
  /** The account of the API client, which with a certificate may be another one. */
  apiClientOf: string | null;
};
export type Owners = (call: Named) => Owner | null;

export async function ownersOf(tx: Tx, calls: readonly Named[]): Promise<Owners> {
  const fingerprints = new Set(calls.flatMap((one) => one.fingerprint?.toUpperCase() ?? []));
  const hashes = new Set(calls.flatMap((one) => one.nameHash?.toLowerCase() ?? []));
  const certificates = await tx.certificate.findMany({
    where: { sha256Fingerprint: { in: [...fingerprints] } },
    select: { id: true, accountId: true, sha256Fingerprint: true },
  });
  const clients = await tx.apiClient.findMany({
    where: { nameHash: { in: [...hashes].map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))) } },
    select: { id: true, accountId: true, nameHash: true },
  });
  const byFingerprint = new Map(certificates.map((row) => [row.sha256Fingerprint, row]));
  const byHash = new Map(clients.map((row) => [Buffer.from(row.nameHash).toString('hex'), row]));
  return (call) => {
    const certificate = byFingerprint.get(call.fingerprint?.toUpperCase() ?? '');
    const client = byHash.get(call.nameHash?.toLowerCase() ?? '');
    const accountId = certificate?.accountId ?? client?.accountId;
    if (accountId === undefined) return null;
    return {
      accountId,
      certificateId: certificate?.id ?? null,
      apiClientId: client?.id ?? null,
      apiClientOf: client?.accountId ?? null,
    };
  };
}
