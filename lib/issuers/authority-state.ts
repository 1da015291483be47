import type { AuthorityState } from '@/lib/contract/authorities';
import { issuesUntil, type KnownIssuer } from './book';

export type LivingIssuer = Pick<
  KnownIssuer,
  'kind' | 'environment' | 'state' | 'stateAt' | 'notAfter'
>;

/** How a CA stands among all of them: of one environment never more than one issues, as `issuerBook().issuing` chooses. */
export function authorityState(
  issuer: LivingIssuer,
  known: readonly LivingIssuer[],
  now: Date,
): AuthorityState {
  if (issuer.kind === 'root') return 'signs-authorities';
  if (issuer.state !== 'active') return issuer.state;
  if (now > issuesUntil(issuer)) return 'ended';
  const newer = known.some(
    (one) =>
      one.environment === issuer.environment &&
      one.state === 'active' &&
      one.stateAt > issuer.stateAt &&
      now <= issuesUntil(one),
  );
  return newer ? 'stands-by' : 'issues';
}
