const NAMES: Record<string, string> = {
  'csr-checks': 'Signing requests',
  'openapi.json': 'This document',
  'audit-events': 'Audit trail',
  'api-clients': 'API clients',
  operator: 'For operators of the provider',
};

/** The first word of a path, as a heading. */
export function sectionName(word: string): string {
  return NAMES[word] ?? word.charAt(0).toUpperCase() + word.slice(1).replaceAll('-', ' ');
}
