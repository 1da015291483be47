import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Edge } from '@/generated/prisma/client';
import { createApiClient } from '@/lib/api-clients/manage';
import { currentTime, setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { edgesBehind } from './edge-lag';
import { acknowledge, createEdge, disableEdge } from './edges';
import { publisher } from './publisher';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterEach(() => setClock(null));
afterAll(() => portal.stop());

function later(milliseconds: number): void {
  const ahead = currentTime().getTime() - Date.now() + milliseconds;
  setClock({ now: () => new Date(Date.now() + ahead) });
}

async function newEdge(name: string): Promise<Edge> {
  const { id } = await createEdge(testScope, name);
  return acrossAccounts(testScope, (tx) => tx.edge.findUniqueOrThrow({ where: { id } }));
}

async function numbered(): Promise<number> {
  for (;;) {
    const { waiting, newest } = await acrossAccounts(testScope, async (tx) => ({
      waiting: await tx.edgeChange.count({ where: { number: null } }),
      newest: await tx.edgeChange.aggregate({ _max: { number: true } }),
    }));
    if (waiting === 0) return Number(newest._max.number ?? 0);
    publisher().nudge();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('names the edges that have not applied a change within ten seconds, and those not heard for a minute', async () => {
  const account = await portal.newAccount();
  const viewer = account.as('viewer');
  await newEdge('never started');
  const [quick, slow] = [await newEdge('fra-1'), await newEdge('fra-2')];
  const before = await numbered();
  for (const edge of [quick, slow]) await acknowledge(edge, { number: before }, 'test');
  later(3_000);
  expect(await edgesBehind(viewer)).toEqual([]);

  await createApiClient(testScope, { accountId: account.id, environment: 'sandbox', name: 'new' });
  const after = await numbered();
  await acknowledge(quick, { number: after }, 'test');
  later(11_000);
  const [behind, ...others] = await edgesBehind(viewer);
  expect(behind).toMatchObject({ edge: 'fra-2', is: 'behind' });
  expect(others).toEqual([]);
  expect(Math.abs(new Date(behind?.since ?? 0).getTime() - Date.now())).toBeLessThan(60_000);

  await acknowledge(slow, { number: after }, 'test');
  later(2_001);
  expect(await edgesBehind(viewer)).toEqual([]);

  const lastHeard = currentTime().toISOString();
  await acknowledge(slow, { number: after }, 'test');
  later(61_000);
  await acknowledge(quick, { number: after }, 'test');
  const [silent, ...rest] = await edgesBehind(viewer);
  expect(silent).toMatchObject({ edge: 'fra-2', is: 'silent' });
  expect((silent?.since ?? '') >= lastHeard).toBe(true);
  expect(rest).toEqual([]);

  await disableEdge(testScope, slow.id);
  later(2_001);
  expect(await edgesBehind(viewer)).toEqual([]);
});

it('T17: an edge that refuses what it was sent is named, and it is one event however often it says so', async () => {
  const account = await portal.newAccount();
  const edge = await newEdge('par-1');
  const number = await numbered();
  const refused = { reason: 'rollback' as const, detail: 'number 3 is lower than 9, held here' };
  for (let times = 0; times < 3; times += 1) await acknowledge(edge, { number, refused }, 'test');
  later(2_001);
  expect(await edgesBehind(account.as('viewer'))).toContainEqual(
    expect.objectContaining({ edge: 'par-1', is: 'refusing' }),
  );
  const events = await acrossAccounts(testScope, (tx) =>
    tx.auditEvent.findMany({ where: { objectId: edge.id, action: 'edge.refused-frame' } }),
  );
  expect(events.map(({ detail }) => detail)).toEqual([{ name: 'par-1', ...refused }]);
  await acknowledge(edge, { number }, 'test');
  later(61_000);
  await acknowledge(edge, { number }, 'test');
  const named = (await edgesBehind(account.as('viewer'))).map((one) => one.edge);
  expect(named).not.toContain('par-1');
  await disableEdge(testScope, edge.id);
});

it('a person without a role may not ask; staff without an account may', async () => {
  const account = await portal.newAccount();
  const nobody = { ...account.as('viewer'), roles: [], account: null };
  await expect(edgesBehind(nobody)).rejects.toThrow('forbidden');
  await expect(edgesBehind({ ...nobody, roles: ['support'] })).resolves.toBeDefined();
});
