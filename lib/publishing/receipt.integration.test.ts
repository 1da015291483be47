import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiClient } from '@/lib/api-clients/manage';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { acknowledge, createEdge, disableEdge, edgeOfToken } from './edges';
import { publisher } from './publisher';
import { edgesApplied } from './receipt';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

/** An edge that came once, and applies what it is told to. */
async function edgeHere(name: string) {
  const { id, token } = await createEdge(testScope, name);
  const edge = await edgeOfToken(`Bearer ${token}`, 'test');
  await acknowledge(edge, { number: 0 }, 'test');
  return {
    id,
    /** Applies whatever it is sent, until it is stopped. */
    follow() {
      const stream = publisher().stream(id, null);
      const loop = (async () => {
        for await (const _frame of stream) {
          await acknowledge(edge, { number: publisher().number }, 'test');
        }
      })();
      return async () => {
        await disableEdge(testScope, id);
        await loop;
      };
    },
  };
}

async function change(): Promise<void> {
  const { id: accountId } = await portal.newAccount();
  await createApiClient(testScope, {
    accountId,
    environment: 'sandbox',
    name: `erp-${accountId.slice(-6)}`,
  });
}

it('a receipt names the edges that did not apply a change within five seconds, and waits for no others', async () => {
  await createEdge(testScope, 'never started');
  const [quick, slow] = [await edgeHere('ams-1'), await edgeHere('ams-2')];
  await change();
  const stop = quick.follow();
  const receipt = await edgesApplied('test');
  expect(receipt).toMatchObject({ edges: 2, applied: 1, lagging: ['ams-2'] });
  await disableEdge(testScope, slow.id);
  expect(await edgesApplied('test')).toMatchObject({ edges: 1, applied: 1, lagging: [] });
  await stop();
});

it('a receipt is given as soon as the last edge has applied the change', async () => {
  const edges = await Promise.all([edgeHere('lon-1'), edgeHere('lon-2')]);
  await change();
  const stops = edges.map((edge) => edge.follow());
  expect(await edgesApplied('test')).toMatchObject({ edges: 2, applied: 2, lagging: [] });
  await Promise.all(stops.map((stop) => stop()));
});
