/** Staff to ask as, for tests of acts. */
import type { Principal } from '@/lib/access/scope';
import { currentTime } from '@/lib/platform/clock';
import { newId } from '@/lib/platform/random';

export function staff(role: 'support' | 'support_lead' | 'operator', name: string): Principal {
  const now = currentTime();
  return {
    actor: { kind: 'person', id: newId('person'), name },
    account: null,
    roles: [role],
    keyScopes: [],
    ...{ authenticatedAt: now, askedAt: now },
    requestId: 'req_acts',
  };
}

export const codeOf = (refused: Promise<unknown>): Promise<string> =>
  refused.then(
    () => 'not refused',
    (error: unknown) => String(Object(error).code),
  );
