/** Which changes the page shows, as it stands in its address. Days are of UTC, and both are included. */
export type ChangeFilter = {
  actor?: string | undefined;
  action?: string | undefined;
  object?: string | undefined;
  requestId?: string | undefined;
  from?: string | undefined;
  to?: string | undefined;
  cursor?: string | undefined;
};

const NAMES = ['actor', 'action', 'object', 'requestId', 'from', 'to', 'cursor'] as const;

export function changesPath(filter: ChangeFilter): string {
  return withQuery('/activity/changes', filter);
}

/** What the page lists, all of it, as a file. */
export function changesExportPath(
  { cursor: _cursor, ...filter }: ChangeFilter,
  format: 'jsonl' | 'csv',
): string {
  const path = withQuery('/activity/changes/export', filter);
  return `${path}${path.includes('?') ? '&' : '?'}format=${format}`;
}

export function isNarrowed({ cursor: _cursor, ...filter }: ChangeFilter): boolean {
  return Object.values(filter).some(Boolean);
}

function withQuery(path: string, filter: ChangeFilter): string {
  const query = new URLSearchParams();
  for (const name of NAMES) {
    const value = filter[name];
    if (value) query.set(name, value);
  }
  return query.size === 0 ? path : `${path}?${query}`;
}
