import type { Scope } from '@/lib/access/scope';
import { enforcementOf } from '@/lib/enforcement/read';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { environmentOf } from './view';

/** What stops working when this certificate is revoked now, as a sentence; null when nothing does. */
export async function outageOf(
  tx: Tx,
  scope: Scope,
  row: { id: string; environment: string; revokedAt: Date | null; notAfter: Date },
): Promise<string | null> {
  const now = currentTime();
  if (row.revokedAt || row.notAfter <= now) return null;
  const environment = environmentOf(row.environment);
  const { accountId } = scope;
  const others = await tx.certificate.count({
    where: { accountId, environment, revokedAt: null, notAfter: { gt: now }, id: { not: row.id } },
  });
  if (others > 0) return null;
  const { mode } = await enforcementOf(tx, scope, environment);
  if (mode !== 'enforce') return null;
  const clients = await tx.apiClient.findMany({
    where: { accountId, environment, disabledAt: null },
    orderBy: { name: 'asc' },
    take: 5,
  });
  const names = clients.map((client) => client.name).join(', ') || 'every API client';
  return `This is the last live certificate in ${environment}, and ${environment} is enforced. Without it all calls to ${environment} are refused, from ${names}.`;
}
