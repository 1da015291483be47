/** Judges what is typed for a request before there is one, by the rules that the request will be judged by. */
import type { Finding } from '@/lib/kernel/findings';
import { judgeDnsNames } from './extension-rules';
import { arranged } from './finding';
import type { RequestedSubject } from './new-request';
import { FORBIDDEN_CHARACTERS, LEAF_PROFILE } from './profile';
import { judgeSubject } from './subject-rules';

const UNTYPED = new Set(['common-name-missing', 'place-missing']);

/**
 * Every finding, blocking ones first. What is not typed is no fault: the page says what has to be.
 * @param legalName the account's: what the certificate carries as organization
 */
export function judgeTyped(typed: RequestedSubject, legalName: string): Finding[] {
  const parts: [type: string, value: string | null | undefined][] = [
    ['C', typed.country],
    ['ST', typed.state],
    ['L', typed.locality],
    ['O', typed.organization],
    ['CN', typed.commonName],
  ];
  const subject = parts.flatMap(([type, value]) => (value ? [{ type, value }] : []));
  const context = { legalName, forbiddenCharacters: FORBIDDEN_CHARACTERS };
  const found = judgeSubject(subject, context).filter((one) => !UNTYPED.has(one.rule));
  return arranged([...found, ...judgeDnsNames(typed.dnsNames, LEAF_PROFILE.maxDnsNames)]);
}
