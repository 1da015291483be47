/** A key as its account sees it. Its secret, hashed as it is, is not among what is read. */
import type { Prisma } from '@/generated/prisma/client';
import type { ApiKeyState, ApiKeyView } from '@/lib/contract/api-keys';
import { isEnvironment } from '@/lib/kernel/environments';
import { DAY_MS } from '@/lib/kernel/time';
import { keyStart } from './key-text';

const EXPIRING_DAYS = 14;

export const SHOWN = {
  id: true,
  name: true,
  prefix: true,
  scopes: true,
  environment: true,
  networks: true,
  createdAt: true,
  createdBy: true,
  expiresAt: true,
  revokedAt: true,
  lastUsedAt: true,
  lastUsedAddress: true,
  refusedAt: true,
  refusedAddress: true,
  replacesId: true,
  replacedBy: { select: { id: true }, take: 1 },
} as const satisfies Prisma.ApiKeySelect;

export type ShownKey = Prisma.ApiKeyGetPayload<{ select: typeof SHOWN }>;

export function viewOf(row: ShownKey, now: Date): ApiKeyView {
  const { id, name, scopes, networks, createdBy, replacesId } = row;
  const environment = isEnvironment(row.environment) ? row.environment : null;
  return {
    ...{ id, name, scopes, networks, environment, createdBy, replacesId },
    start: keyStart(environment ?? 'both', row.prefix),
    state: stateOf(row, now),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
    lastUsed: row.lastUsedAt
      ? { at: row.lastUsedAt.toISOString(), address: row.lastUsedAddress }
      : null,
    refused:
      row.refusedAt && row.refusedAddress
        ? { at: row.refusedAt.toISOString(), address: row.refusedAddress }
        : null,
    replacedById: row.replacedBy[0]?.id ?? null,
  };
}

function stateOf(row: ShownKey, now: Date): ApiKeyState {
  if (row.revokedAt) return 'revoked';
  if (row.expiresAt && row.expiresAt <= now) return 'expired';
  if (row.replacedBy.length > 0) return 'ending';
  const soon = new Date(now.getTime() + EXPIRING_DAYS * DAY_MS);
  return row.expiresAt && row.expiresAt <= soon ? 'expiring' : 'live';
}
