/** The entity tag of what is enforced, so that nobody sets what somebody else has just changed. */
import type { EnforcementView } from '@/lib/contract/views';
import { AppError } from '@/lib/kernel/errors';
import { sha256 } from '@/lib/platform/random';

/** Of the whole view: two views have the same tag if they are the same. @see RFC 9110, 8.8.3 */
export function enforcementTag(view: EnforcementView): string {
  const digest = Buffer.from(sha256(JSON.stringify(view))).toString('base64url');
  return `"${digest.slice(0, 27)}"`;
}

/**
 * @param ifMatch the header as it was sent
 * @throws AppError `precondition_failed` (members: `current`, `etag`)
 * @see RFC 9110, 13.1.1: strong comparison, so a weak tag matches nothing
 */
export function mustMatch(ifMatch: string, current: EnforcementView): void {
  if (ifMatch.trim() === '*') return;
  const etag = enforcementTag(current);
  if (ifMatch.split(',').some((tag) => tag.trim() === etag)) return;
  throw new AppError('precondition_failed', {
    detail: `Enforcement in ${current.environment} changed since you read it, so nothing was done. It is now "${current.mode}".`,
    members: { current, etag },
  });
}
