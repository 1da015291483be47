/**
 * A finding is one fact about an upload. A list of findings is complete: an upload is judged by all
 * that is wrong with it, never by the first fault alone.
 */
export type Severity = 'error' | 'warning' | 'notice';

export type Finding = {
  /** Stable kebab-case rule id, for example `wildcard-name`. */
  readonly rule: string;
  /** `error` blocks issuing, `warning` does not, `notice` tells what will differ in the certificate. */
  readonly severity: Severity;
  /** The field concerned, for example `CN`, `ST`, `DNS`, `key`, `file`. */
  readonly field: string;
  /** A few words: "A wildcard name". */
  readonly title: string;
  /** One or two sentences: the rule, the value found, the limit. */
  readonly message: string;
  /** What to do. */
  readonly fix: string;
  /** The offending value as text; null where there is none to show. Never key material. */
  readonly value: string | null;
  /** Offending characters in `value`, in UTF-16 code units, end exclusive. */
  readonly mark: { readonly start: number; readonly end: number } | null;
  /** Where the rule comes from: an RFC clause or "account policy". */
  readonly source: string;
  /** A complete openssl command that makes a request without this and all other findings. */
  readonly command: string | null;
};

/** True when nothing in the list blocks issuing. */
export function passes(findings: readonly Finding[]): boolean {
  return findings.every((finding) => finding.severity !== 'error');
}
