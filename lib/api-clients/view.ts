import type { ApiClient } from '@/generated/prisma/client';
import { type ApiClientView, environmentSchema } from '@/lib/contract/views';

export function apiClientView(row: ApiClient): ApiClientView {
  return {
    id: row.id,
    name: row.name,
    environment: environmentSchema.parse(row.environment),
    createdAt: row.createdAt.toISOString(),
    disabledAt: row.disabledAt?.toISOString() ?? null,
  };
}
