import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { setClock } from '@/lib/platform/clock';
import { openTestPortal, type TestPortal } from '@/lib/start-up/testing';
import { announceFirewall } from './announce';
import { firewallView } from './read';
import { firewallText } from './text';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterEach(() => setClock(null));
afterAll(() => portal.stop());

const none = { ingress: [], egress: [] };
const on = (day: number) => setClock({ now: () => new Date(Date.UTC(2026, 10, day)) });

it('says what stands, since when, and what changed; a restart with the same addresses changes nothing', async () => {
  const first = { production: { ingress: ['203.0.113.0/28'], egress: [] }, sandbox: none };
  on(1);
  await announceFirewall(first);
  on(2);
  await announceFirewall(first);
  expect(firewallView()).toMatchObject({
    provider: 'Test Provider',
    environments: [
      {
        environment: 'production',
        ingress: { ranges: ['203.0.113.0/28'], since: '2026-11-01T00:00:00.000Z' },
        egress: { ranges: [] },
      },
      { environment: 'sandbox' },
    ],
    changes: [],
  });

  on(3);
  await announceFirewall({
    production: { ingress: ['198.51.100.0/28'], egress: ['2001:db8::7/128'] },
    sandbox: none,
  });
  const view = firewallView();
  expect(view.environments[0]?.ingress.since).toBe('2026-11-03T00:00:00.000Z');
  expect(view.changes).toEqual(
    expect.arrayContaining([
      {
        at: '2026-11-03T00:00:00.000Z',
        environment: 'production',
        direction: 'ingress',
        added: ['198.51.100.0/28'],
        removed: ['203.0.113.0/28'],
      },
    ]),
  );
  expect(view.changes).toHaveLength(2);
});

it('as text it is one range a line, and nothing but ranges without comments', async () => {
  await announceFirewall({
    production: { ingress: ['203.0.113.0/28', '2001:db8::/64'], egress: [] },
    sandbox: none,
  });
  const bare = (text: string) =>
    text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  expect(bare(firewallText(firewallView()))).toEqual(['203.0.113.0/28', '2001:db8::/64']);
  const narrow = firewallText(firewallView(), { environment: 'production', direction: 'egress' });
  expect(bare(narrow)).toEqual([]);
  expect(narrow).toContain('# none is set: ask Test Provider');
  expect(narrow).not.toContain('sandbox egress');
});
