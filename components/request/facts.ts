import type { CsrCheckView } from '@/lib/contract/views';

export type CsrFactsView = NonNullable<CsrCheckView['facts']>;

/** The first value of a subject attribute. */
export function subjectValue(facts: CsrFactsView, type: string): string | null {
  return facts.subject.find((one) => one.type === type)?.value ?? null;
}

/** "Oakland, California, US": as much of the place as the request names. */
export function placeText(facts: CsrFactsView): string {
  return ['L', 'ST', 'C'].flatMap((type) => subjectValue(facts, type) ?? []).join(', ');
}

/** DNS names as the certificate will carry them: the common name first, none twice, no refused one. */
export function certificateNames(check: CsrCheckView): string[] {
  if (!check.facts) return [];
  const refused = new Set(
    check.findings.flatMap((one) => (one.severity === 'error' ? (one.value ?? []) : [])),
  );
  const names = [check.facts.commonName, ...check.facts.dnsNames].flatMap((name) => name ?? []);
  return [...new Set(names)].filter((name) => !refused.has(name));
}
