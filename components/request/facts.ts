import type { CsrCheckView } from '@/lib/contract/views';
import type { RequestedSubject } from '@/lib/pki/new-request';

export type CsrFactsView = NonNullable<CsrCheckView['facts']>;

/** What a certificate will say of its holder, as far as it is known; null where nothing is yet. */
export type Coming = {
  commonName: string | null;
  /** "Oakland, California, US"; empty when the request names none. */
  place: string;
  names: readonly string[];
  key: string;
};

/** The first value of a subject attribute. */
export function subjectValue(facts: CsrFactsView, type: string): string | null {
  return facts.subject.find((one) => one.type === type)?.value ?? null;
}

export function comingOf(check: CsrCheckView | null): Coming | null {
  const facts = check?.facts;
  if (!check || !facts) return null;
  return {
    commonName: facts.commonName,
    place: ['L', 'ST', 'C'].flatMap((type) => subjectValue(facts, type) ?? []).join(', '),
    names: certificateNames(check),
    key: facts.key.label,
  };
}

/** The same from what is typed, before there is a request. */
export function comingOfTyped(typed: RequestedSubject, key: string): Coming | null {
  const { commonName, locality, state, country, dnsNames } = typed;
  if (commonName === '' && dnsNames.length === 0) return null;
  return {
    commonName: commonName || null,
    place: [locality, state, country].flatMap((part) => part || []).join(', '),
    names: [...new Set([commonName, ...dnsNames])].filter((name) => name !== ''),
    key,
  };
}

/** DNS names as the certificate will carry them: the common name first, none twice, no refused one. */
function certificateNames(check: CsrCheckView): string[] {
  if (!check.facts) return [];
  const refused = new Set(
    check.findings.flatMap((one) => (one.severity === 'error' ? (one.value ?? []) : [])),
  );
  const names = [check.facts.commonName, ...check.facts.dnsNames].flatMap((name) => name ?? []);
  return [...new Set(names)].filter((name) => !refused.has(name));
}
