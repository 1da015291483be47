import { afterAll, beforeAll, expect, it } from 'vitest';
import { database } from '@/lib/platform/database';
import { openTestPortal, type TestPortal } from '@/lib/start-up/testing';
import { statuses } from './statuses';
import { caOf, issue } from './testing';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

it('a burst of questions takes one connection for each CA, and each gets its own answer', async () => {
  const given = (await issue(portal)).serialHex;
  const ask = statuses();
  const [production, sandbox] = [caOf('production'), caOf('sandbox')];
  const never = (seed: number) => `4${seed.toString(16).padStart(31, '0')}`.toUpperCase();
  const before = database().running.size;
  const asked = Array.from({ length: 200 }, (_, seed) =>
    ask.of(seed % 2 === 0 ? production : sandbox, [never(seed), given]),
  );
  await Promise.resolve();
  await Promise.resolve();
  expect(database().running.size - before).toBeLessThanOrEqual(2);
  for (const [index, found] of (await Promise.all(asked)).entries()) {
    const own = index % 2 === 0 ? 'good' : 'unknown';
    expect(found.map(({ kind }) => kind)).toEqual(['unknown', own]);
  }
  ask.close();
});

it("RFC 5280, 4.1.2.2: a serial longer than 20 octets is nobody's, and is not looked up", async () => {
  const ask = statuses();
  const before = database().running.size;
  const found = ask.of(caOf('production'), ['41'.repeat(21), 'FF'.repeat(8_000)]);
  expect(database().running.size).toBe(before);
  expect((await found).map(({ kind }) => kind)).toEqual(['unknown', 'unknown']);
  ask.close();
});
