/** Which calls the page shows, as it stands in its address. */
import type { Environment } from '@/lib/kernel/environments';
import type { RefusalCode } from '@/lib/kernel/refusals';

export type Outcome = 'refused' | 'passed';

export type CallFilter = {
  environment?: Environment | undefined;
  outcome?: Outcome | undefined;
  code?: RefusalCode | undefined;
  certificate?: string | undefined;
  apiClient?: string | undefined;
  cursor?: string | undefined;
};

const NAMES = ['environment', 'outcome', 'code', 'certificate', 'apiClient', 'cursor'] as const;

/** Another filter starts at the newest call again. */
export function callsPath(filter: CallFilter): string {
  return withQuery('/activity', filter);
}

/** What the page lists, as a file. */
export function exportPath({ cursor: _cursor, outcome: _outcome, ...filter }: CallFilter): string {
  return withQuery('/activity/export', filter);
}

function withQuery(path: string, filter: CallFilter): string {
  const query = new URLSearchParams();
  for (const name of NAMES) {
    const value = filter[name];
    if (value) query.set(name, value);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}
