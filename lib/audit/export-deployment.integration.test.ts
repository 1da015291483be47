import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Principal } from '@/lib/access/scope';
import { MINUTE_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { createEdge } from '@/lib/publishing/edges';
import { runOperatorVerb } from '@/lib/start-up/operator';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { verifyExport } from '@/scripts/audit-verify.mjs';
import { makeCheckpoints } from './checkpoint';
import { exportDeploymentTrail } from './export-deployment';
import { asFile, pinnedKey } from './testing';

let portal: TestPortal;
let account: Awaited<ReturnType<TestPortal['newAccount']>>;
let text = '';
let lines: string[] = [];
beforeAll(async () => {
  portal = await openTestPortal();
  account = await portal.newAccount();
  for (const place of ['north', 'south', 'east', 'west']) await createEdge(testScope, place);
  await checkpoint();
  text = await asked();
  lines = text.trimEnd().split('\n');
});
afterEach(() => setClock(null));
afterAll(() => portal.stop());

/** Nothing moves any more, so one that has nothing left to sign has signed everything. */
async function checkpoint(): Promise<void> {
  for (let later = 2 * MINUTE_MS; ; later += 2 * MINUTE_MS) {
    const at = Date.now() + later;
    setClock({ now: () => new Date(at) });
    if ((await makeCheckpoints()) === 0) return;
  }
}

async function asked(format: 'jsonl' | 'csv' = 'jsonl'): Promise<string> {
  const command = { noun: 'audit', verb: 'export', args: { format } };
  return String(Object(await runOperatorVerb(testScope, command)).text);
}

const pinned = () => ({ ...pinnedKey(), account: 'deployment' });
const faultsOf = async (changed: string[]) =>
  (await verifyExport(asFile(`${changed.join('\n')}\n`), pinned())).faults;
const lineOf = (action: string) => lines.findIndex((line) => line.includes(`"${action}"`));

describe("T25: the deployment's own chain", () => {
  it('is whole as an operator gets it, under its head and the checkpoint over it', async () => {
    const found = await verifyExport(asFile(text), pinned());
    expect(found.faults).toEqual([]);
    const count = lines.length - 1;
    expect(found.head).toMatchObject({
      ...{ chain: 'deployment', count, first: 1 },
      checkpoint: { sequence: count },
    });
    expect(lines.filter((line) => line.includes('"edge.created"'))).toHaveLength(4);
    const csv = await asked('csv');
    expect((await verifyExport(asFile(csv), pinned())).faults).toEqual([]);
  });

  it("has nothing of any account's chain", () => {
    expect(text).not.toContain(account.id);
  });

  const EDITS: [string, () => string[]][] = [
    ['an edit', () => lines.map((line) => line.replace('"south"', '"north"'))],
    ['a deletion', () => lines.toSpliced(lineOf('edge.created'), 1)],
    ['a deletion at the start', () => lines.slice(1)],
    ['a reorder', () => swapped(lineOf('edge.created'))],
    ['a cut tail with its head', () => lines.slice(0, -2)],
    ['a cut tail before its head', () => lines.toSpliced(-2, 1)],
  ];
  const swapped = (at: number) => lines.with(at, lines[at + 1] ?? '').with(at + 1, lines[at] ?? '');
  it.each(EDITS)('shows %s to the same verifier', async (_what, changed) => {
    expect(changed()).not.toEqual(lines);
    expect(await faultsOf(changed())).not.toEqual([]);
  });

  it("does not pass for an account's", async () => {
    const found = await verifyExport(asFile(text), { ...pinnedKey(), account: account.id });
    expect(found.faults).toHaveLength(1);
  });
});

it('T19: is for Operators alone', async () => {
  const staff = (role: 'operator' | 'support' | 'support_lead'): Principal => ({
    ...account.as('viewer'),
    account: null,
    roles: [role],
  });
  const { fileName, contentType } = await exportDeploymentTrail(staff('operator'), 'jsonl');
  expect([fileName, contentType]).toEqual([
    expect.stringMatching(/^audit-deployment-\d{4}-\d\d-\d\d\.jsonl$/),
    'application/x-ndjson',
  ]);
  const key: Principal = { ...account.key('read'), roles: [], keyScopes: ['operator'] };
  for (const other of [staff('support'), staff('support_lead'), account.as('owner'), key]) {
    await expect(exportDeploymentTrail(other, 'jsonl')).rejects.toMatchObject({
      code: 'forbidden',
    });
  }
});
