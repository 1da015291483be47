import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createApiClient } from '@/lib/api-clients/manage';
import { MINUTE_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { verifyExport } from '@/scripts/audit-verify.mjs';
import { makeCheckpoints } from './checkpoint';
import { auditKey } from './key';
import { listChanges } from './list';
import { newestProof } from './proof';
import { recordEvent } from './record';
import { asFile, exported, pinnedKey } from './testing';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterEach(() => setClock(null));
afterAll(() => portal.stop());

/** An account with `count` changes, all of them under a checkpoint. */
async function accountOf(count: number) {
  const account = await portal.newAccount();
  await addClients(account.id, count - 1);
  await checkpointOver(account.id, count);
  return account;
}

async function addClients(accountId: string, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await createApiClient(testScope, {
      accountId,
      environment: 'sandbox',
      name: `client-${index}-${Math.floor(performance.now() * 1e6)}`,
    });
  }
}

async function addEvents(accountId: string, count: number, name = 'Ines Duarte'): Promise<void> {
  await acrossAccounts(testScope, async (tx) => {
    for (let index = 0; index < count; index += 1) {
      await recordEvent(tx, {
        chain: accountId,
        actor: { kind: 'person', id: 'usr_1', name },
        requestId: 'req_1',
        action: 'certificate.labelled',
        object: { kind: 'certificate', id: 'crt_1' },
        detail: { from: '=1', to: name },
      });
    }
  });
}

let later = 0;
/** The portal makes checkpoints beside this, so one may be under way that has not seen the newest event. */
async function checkpointOver(accountId: string, sequence: number): Promise<void> {
  for (;;) {
    later += 2 * MINUTE_MS;
    const at = Date.now() + later;
    setClock({ now: () => new Date(at) });
    await makeCheckpoints();
    const proof = await newestProof(accountId, BigInt(sequence));
    if (proof?.sequence === sequence) return;
  }
}

const faultsOf = async (content: string | Uint8Array, pinned: Parameters<typeof verifyExport>[1]) =>
  (await verifyExport(asFile(content), pinned)).faults;

describe('an export', () => {
  it('is whole as it comes, with every event, its head and the checkpoint over it', async () => {
    const account = await accountOf(5);
    const text = await exported(account.as('viewer'));
    const found = await verifyExport(asFile(text), { ...pinnedKey(), account: account.id });
    expect(found.faults).toEqual([]);
    expect(found.head).toMatchObject({
      chain: account.id,
      count: 5,
      last: 5,
      checkpoint: { sequence: 5 },
    });
    expect(text.split('\n')).toHaveLength(7);
  });

  it('of an account nothing of which is under a checkpoint says so', async () => {
    // The clock stands where the last checkpoint was made, so none is due.
    await accountOf(1);
    const account = await portal.newAccount();
    const found = await verifyExport(asFile(await exported(account.key('read'))), pinnedKey());
    expect(found).toMatchObject({ faults: [], head: { count: 1, checkpoint: null } });
  });

  it('of more events than are read at once is whole too', async () => {
    const account = await portal.newAccount();
    for (let part = 0; part < 8; part += 1) await addEvents(account.id, 65);
    const found = await verifyExport(asFile(await exported(account.as('admin'))), pinnedKey());
    expect(found).toMatchObject({ faults: [], head: { count: 521 } });
  });

  it('of a selection has what was asked for, under the same kind of head', async () => {
    const account = await accountOf(4);
    const filter = { action: 'api-client.created' };
    const found = await verifyExport(
      asFile(await exported(account.as('viewer'), { filter })),
      pinnedKey(),
    );
    expect(found).toMatchObject({ faults: [], head: { count: 3, first: 2, filters: filter } });
  });

  it('T23: as CSV shows hostile names as text, and is found when it was changed', async () => {
    const account = await portal.newAccount();
    await addEvents(account.id, 1, '=HYPERLINK("http://x")');
    const text = await exported(account.as('viewer'), { format: 'csv' });
    expect(text).toContain(`"'=HYPERLINK(""http://x"")"`);
    expect(text.startsWith('\uFEFF"sequence","at",')).toBe(true);
    expect(text).not.toMatch(/(^|,|\n)"[=+\-@\t\r]/);
    expect(await faultsOf(text, pinnedKey())).toEqual([]);
    expect(await faultsOf(text.replace('HYPERLINK', 'HYPERLINC'), pinnedKey())).not.toEqual([]);
    const lines = text.split('\n');
    expect(await faultsOf(lines.toSpliced(1, 1).join('\n'), pinnedKey())).not.toEqual([]);
    expect(await faultsOf(lines.slice(0, -2).join('\n'), pinnedKey())).not.toEqual([]);
  });
});

describe('T25: the verifier, offline', () => {
  let text = '';
  let lines: string[] = [];
  let accountId = '';
  let foreign: string[] = [];
  beforeAll(async () => {
    const account = await accountOf(6);
    const other = await accountOf(6);
    accountId = account.id;
    text = await exported(account.as('viewer'));
    lines = text.trimEnd().split('\n');
    foreign = (await exported(other.as('viewer'))).trimEnd().split('\n');
  });
  const file = (changed: string[]) => `${changed.join('\n')}\n`;

  const ACTS: [string, () => string[], number][] = [
    ['an edit', () => lines.with(2, lines[2]?.replace('sandbox', 'sandbux') ?? ''), 3],
    ['a deletion', () => lines.toSpliced(2, 1), 3],
    ['a deletion at the start', () => lines.slice(1), 1],
    ['a reorder', () => lines.with(2, lines[3] ?? '').with(3, lines[2] ?? ''), 4],
    ['a repeat', () => lines.toSpliced(3, 0, lines[2] ?? ''), 4],
    ['a cut tail with its head', () => lines.slice(0, 4), 4],
    ['a cut tail before the head', () => lines.toSpliced(4, 2), 5],
    ['an event of another chain', () => lines.with(2, foreign[2] ?? ''), 3],
    ['the head of another chain', () => lines.with(-1, foreign.at(-1) ?? ''), 7],
    ['something after the head', () => [...lines, lines[0] ?? ''], 7],
    ['other white space', () => lines.with(1, lines[1]?.replace(':', ': ') ?? ''), 2],
  ];
  it.each(ACTS)('finds %s and names its line', async (_what, changed, line) => {
    const faults = await faultsOf(file(changed()), pinnedKey());
    expect(faults.map((fault) => fault.line)).toContain(line);
  });

  it('finds a head that was signed by another key, also where all else was made to agree', async () => {
    const { generateKeyPairSync, sign } = await import('node:crypto');
    const { canonicalJson } = await import('./canonical-json');
    const made = generateKeyPairSync('ed25519');
    const { head } = JSON.parse(lines.at(-1) ?? '');
    const forged = canonicalJson({
      head: { ...head, checkpoint: null },
      publicKey: made.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
      signature: sign(
        null,
        Buffer.from(canonicalJson({ ...head, checkpoint: null })),
        made.privateKey,
      ).toString('base64'),
    });
    const changed = file(lines.with(-1, forged));
    expect(await faultsOf(changed, {})).toEqual([]);
    expect(await faultsOf(changed, pinnedKey())).toEqual([
      expect.objectContaining({ line: 7, words: expect.stringContaining('It was signed with') }),
    ]);
  });

  it('finds the trail of another account', async () => {
    expect(await faultsOf(text, { ...pinnedKey(), account: accountId })).toEqual([]);
    expect(await faultsOf(text, { ...pinnedKey(), account: 'acc_other' })).toHaveLength(1);
  });

  it('finds any byte that is another one', async () => {
    const bytes = Buffer.from(text);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ flip;
          expect(await faultsOf(changed, pinnedKey())).not.toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('finds every byte of the signed head that is another one', async () => {
    const bytes = Buffer.from(text);
    for (let at = bytes.lastIndexOf('\n', bytes.length - 2) + 1; at < bytes.length; at += 1) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(await faultsOf(changed, pinnedKey()), `byte ${at}`).not.toEqual([]);
    }
  });

  it('finds any cut', async () => {
    for (let length = 0; length < text.length; length += 7) {
      expect(await faultsOf(text.slice(0, length), pinnedKey())).not.toEqual([]);
    }
  });
});

describe('T25: the verifier as a program', () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-audit-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const kept = (name: string, content: string) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const verify = (...args: string[]) =>
    spawnSync(process.execPath, ['scripts/audit-verify.mjs', ...args], { encoding: 'utf8' });

  it('ends with 0 for what is whole, 1 for what was altered, 2 for what it cannot read, 3 without a key', async () => {
    const account = await accountOf(3);
    const text = await exported(account.as('viewer'));
    const whole = kept('whole.jsonl', text);
    const { key } = pinnedKey();
    expect(verify(whole, '--key', key)).toMatchObject({ status: 0, stderr: '' });
    expect(verify(whole, '--key', kept('key.pem', auditKey().pem)).status).toBe(0);
    const altered = verify(kept('altered.jsonl', text.replace('sandbox', 'sandbux')), '--key', key);
    expect(altered.status).toBe(1);
    expect(altered.stderr).toMatch(/altered\.jsonl:2: Event 2 was edited/);
    expect(verify(whole, '--key', 'ab'.repeat(32)).status).toBe(1);
    expect(verify(join(folder, 'none.jsonl')).status).toBe(2);
    expect(verify(whole, '--unknown', 'x').status).toBe(2);
    const unpinned = verify(whole);
    expect(unpinned.status).toBe(3);
    expect(unpinned.stdout).toContain(`signed with the key ${key}`);
  });

  it('finds by an export that was kept that history was rewritten since', async () => {
    const account = await accountOf(3);
    const { key } = pinnedKey();
    const earlier = kept('earlier.jsonl', await exported(account.as('viewer')));
    await addClients(account.id, 1);
    const newer = kept('newer.jsonl', await exported(account.as('viewer')));
    expect(verify(newer, '--key', key, '--earlier', earlier).status).toBe(0);
    const back = verify(earlier, '--key', key, '--earlier', newer);
    expect(back.status).toBe(1);
    expect(back.stderr).toMatch(/newer\.jsonl:4: This event is not in the newer file/);
  });
});

describe('the list', () => {
  it('filters by actor, action, object, request and time, page by page', async () => {
    const account = await accountOf(6);
    const reader = account.as('viewer');
    const all = await listChanges(reader, {}, { limit: 50 });
    const [newest] = all.items;
    const one = async (filter: Parameters<typeof listChanges>[1]) =>
      (await listChanges(reader, filter, { limit: 50 })).items.map(({ sequence }) => sequence);
    expect(await one({ object: newest?.objectId })).toEqual([6]);
    expect(await one({ action: 'account.created' })).toEqual([1]);
    expect(await one({ actor: newest?.actor.id })).toHaveLength(6);
    expect(await one({ actor: 'usr_nobody' })).toEqual([]);
    expect(await one({ requestId: 'req_none' })).toEqual([]);
    expect(await one({ to: all.items[3]?.at })).not.toContain(6);
    expect(await one({ from: newest?.at })).toContain(6);
    expect(await one({ actor: newest?.actor.id, to: newest?.at })).not.toContain(6);
    const first = await listChanges(reader, {}, { limit: 4 });
    const second = await listChanges(reader, {}, { limit: 4, cursor: first.nextCursor ?? '' });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(
      all.items.map(({ id }) => id),
    );
    expect(second.nextCursor).toBe(null);
  });

  it('of a span of time has what a portal wrote whose clock was behind', async () => {
    const account = await portal.newAccount();
    const start = Date.now();
    const written = [0, 3, -2, 4, 1];
    for (const minutes of written) {
      setClock({ now: () => new Date(start + minutes * MINUTE_MS) });
      await addEvents(account.id, 1);
    }
    const to = new Date(start + 2 * MINUTE_MS).toISOString();
    const page = { limit: 2 };
    const first = await listChanges(account.as('viewer'), { to }, page);
    expect(first.items.map(({ sequence }) => sequence)).toEqual([6, 4]);
    const cursor = first.nextCursor ?? '';
    const second = await listChanges(account.as('viewer'), { to }, { ...page, cursor });
    expect(second.items.map(({ sequence }) => sequence)).toEqual([2, 1]);
    const before = new Date(0).toISOString();
    expect((await listChanges(account.as('viewer'), { to: before }, page)).items).toEqual([]);
  });
});
