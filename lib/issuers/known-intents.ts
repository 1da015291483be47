import type { DeploymentScope } from '@/lib/access/scope';
import { acrossAccounts } from '@/lib/platform/database';

const PAGE = 5_000;
const PAGE_WITH_DER = 200;

export type KnownIntentRow = {
  intentId: string;
  issuerId: string;
  serialHex: string;
  tbsSha256: string;
  issued: boolean;
  /** Base 64; null when it was not asked for, or is not stored. */
  certificate: string | null;
};

/**
 * What the signer log is compared with: every intent, every OCSP responder and what was disowned, by id, a page at a time.
 * @param input.after the last id of the page before; `input.ids` asks for these intents with their certificates
 */
export async function knownIntents(
  scope: DeploymentScope,
  input: { after: string; ids: readonly string[] | null },
): Promise<KnownIntentRow[]> {
  const { after, ids } = input;
  const page = {
    where: ids === null ? { id: { gt: after } } : { id: { in: ids.slice(0, PAGE_WITH_DER) } },
    orderBy: { id: 'asc' },
    take: PAGE,
  } as const;
  const facts = { id: true, issuerId: true, serialHex: true, tbsSha256: true };
  return acrossAccounts(scope, async (tx) => {
    const intents = await tx.intent.findMany({
      ...page,
      select: { ...facts, certificate: { select: { id: true, der: ids !== null } } },
    });
    const responders = await tx.ocspResponder.findMany({ ...page, select: facts });
    const lost = await tx.lostCertificate.findMany({ ...page, select: facts });
    const others = [...responders, ...lost].map((one) => ({ ...one, certificate: null }));
    const rows = [...intents, ...others].sort((a, b) => (a.id < b.id ? -1 : 1));
    return rows.slice(0, PAGE).map(({ id, certificate, ...row }) => ({
      ...row,
      intentId: id,
      issued: certificate !== null,
      certificate: certificate?.der ? Buffer.from(certificate.der).toString('base64') : null,
    }));
  });
}
