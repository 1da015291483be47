import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { authorizeDeployment, type Principal } from '@/lib/access/scope';
import { HOUR_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { openTestPortal, type TestPortal } from '@/lib/start-up/testing';
import { listChanges } from './list';
import { LOOK, recordLook } from './record-look';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterEach(() => setClock(null));
afterAll(() => portal.stop());

const support = (id: string): Principal => ({
  actor: { kind: 'person', id, name: 'Sam Okafor' },
  account: null,
  roles: ['support'],
  keyScopes: [],
  authenticatedAt: new Date(),
  askedAt: new Date(),
  requestId: 'req_look',
});
const looker = (id: string) => authorizeDeployment(support(id), 'support.look');

it('a look of support is an event that the account sees, once an hour for each person', async () => {
  const account = await portal.newAccount();
  const start = Date.now();
  setClock({ now: () => new Date(start) });
  await Promise.all(
    Array.from({ length: 4 }, () => recordLook(looker('usr_sam'), account.id, 'pasted a serial')),
  );
  await recordLook(looker('usr_lea'), account.id, 'opened its page');
  setClock({ now: () => new Date(start + HOUR_MS - 1) });
  await recordLook(looker('usr_sam'), account.id, 'again');
  expect(await looks(account.as('viewer'))).toEqual([
    ['usr_lea', 'opened its page'],
    ['usr_sam', 'pasted a serial'],
  ]);
  setClock({ now: () => new Date(start + HOUR_MS) });
  await recordLook(looker('usr_sam'), account.id, 'an hour later');
  expect(await looks(account.as('viewer'))).toHaveLength(3);
});

async function looks(principal: Principal): Promise<unknown[]> {
  const { items } = await listChanges(principal, { action: LOOK }, { limit: 50 });
  return items.map(({ actor, detail }) => [actor.id, detail.why]).sort();
}
