/** What the list is filtered by, as it stands in the URL. */
import type { CertificateStatus } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';

export type CertificateFilter = {
  environment?: Environment | undefined;
  status?: CertificateStatus | undefined;
  cursor?: string | undefined;
};

/** Another filter starts at the newest certificate again. */
export function listPath(filter: CertificateFilter): string {
  const query = new URLSearchParams();
  if (filter.environment) query.set('environment', filter.environment);
  if (filter.status) query.set('status', filter.status);
  if (filter.cursor) query.set('cursor', filter.cursor);
  return query.size === 0 ? '/certificates' : `/certificates?${query}`;
}
