import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MINUTE_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts, database } from '@/lib/platform/database';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { verifyExport } from '@/scripts/audit-verify.mjs';
import { makeCheckpoints } from './checkpoint';
import { newestProof } from './proof';
import { eventHash, recordEvent } from './record';
import { asFile, exported, pinnedKey } from './testing';
import { verifyDatabase } from './verify-database';

let portal: TestPortal;
let account: Awaited<ReturnType<TestPortal['newAccount']>>;
let id: string;
let later = 0;

beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

/** Six events; the first four are under one checkpoint, all of them under the next. */
beforeEach(async () => {
  account = await portal.newAccount();
  ({ id } = account);
  await addEvents(3);
  await checkpointOver(4);
  await addEvents(2);
  await checkpointOver(6);
});

async function addEvents(count: number): Promise<void> {
  await acrossAccounts(testScope, async (tx) => {
    for (let index = 0; index < count; index += 1) {
      await recordEvent(tx, {
        chain: id,
        actor: { kind: 'person', id: 'usr_1', name: 'Ines Duarte' },
        requestId: 'req_1',
        action: 'certificate.labelled',
        object: { kind: 'certificate', id: 'crt_1' },
        detail: { from: 'a', to: `b${index}` },
      });
    }
  });
}

async function checkpointOver(sequence: number): Promise<void> {
  for (;;) {
    later += 2 * MINUTE_MS;
    const at = Date.now() + later;
    setClock({ now: () => new Date(at) });
    await makeCheckpoints();
    const proof = await newestProof(id, BigInt(sequence));
    if (proof?.sequence === sequence) return;
  }
}

/** As the owner of the tables, past every use case. */
const asInsider = (sql: string) => database().execute(sql);
const faults = async () => (await verifyDatabase(testScope, { account: id })).faults;

/** Hashes and head made to agree again, as somebody would who knows how they are made. */
async function rehash(): Promise<void> {
  await acrossAccounts(testScope, async (tx) => {
    const rows = await tx.auditEvent.findMany({
      where: { chain: id },
      orderBy: { sequence: 'asc' },
    });
    let previousHash = new Uint8Array(32);
    let sequence = 0n;
    for (const row of rows) {
      sequence = row.sequence;
      const hash = eventHash({ ...row, previousHash });
      await tx.auditEvent.update({ where: { id: row.id }, data: { previousHash, hash } });
      previousHash = hash;
    }
    await tx.auditHead.update({ where: { chain: id }, data: { sequence, hash: previousHash } });
  });
}

describe('T25: an insider who owns the tables', () => {
  it('is not seen where there is none: chains, heads and checkpoints agree', async () => {
    expect(await faults()).toEqual([]);
    const { events, newest } = await verifyDatabase(testScope, { account: id });
    expect(events).toBe(6);
    expect(await verifyDatabase(testScope, { known: newest ?? undefined })).toMatchObject({
      newest,
    });
  });

  it('edits an event', async () => {
    await asInsider(
      `UPDATE audit_event SET detail = '{"to":"x"}' WHERE chain = '${id}' AND sequence = 3`,
    );
    expect(await faults()).toEqual([`${id}: event 3 was edited.`]);
  });

  it('edits an event and every hash after it, and is found by the checkpoints, here and in an export', async () => {
    const before = await exported(account.as('viewer'));
    await asInsider(
      `UPDATE audit_event SET detail = '{"to":"x"}' WHERE chain = '${id}' AND sequence = 3`,
    );
    await rehash();
    const found = await faults();
    expect(found).toHaveLength(2);
    expect(found[0]).toMatch(/event 4, or one before it, was rewritten after checkpoint \d+/);
    const after = await exported(account.as('viewer'));
    const offline = await verifyExport(asFile(after), pinnedKey());
    expect(offline.faults.map(({ words }) => words)).toEqual([
      expect.stringMatching(/^Event 6, or one before it, was rewritten after checkpoint \d+/),
    ]);
    expect((await verifyExport(asFile(before), pinnedKey())).faults).toEqual([]);
  });

  it('deletes an event', async () => {
    await asInsider(`DELETE FROM audit_event WHERE chain = '${id}' AND sequence = 3`);
    expect(await faults()).toEqual([`${id}: events 3 to 3 are missing.`]);
  });

  it('puts two events in the other order', async () => {
    await asInsider(`UPDATE audit_event SET sequence = -sequence WHERE chain = '${id}' AND sequence IN (3, 4);
      UPDATE audit_event SET sequence = 7 + sequence WHERE chain = '${id}' AND sequence < 0`);
    expect((await faults()).length).toBeGreaterThan(1);
  });

  it('cuts the tail and moves the head back', async () => {
    await asInsider(`DELETE FROM audit_event WHERE chain = '${id}' AND sequence > 3`);
    await rehash();
    expect((await faults())[0]).toMatch(/it ends at event 3, before what checkpoint \d+ is over/);
  });

  it('removes a whole chain', async () => {
    await asInsider(
      `DELETE FROM audit_event WHERE chain = '${id}'; DELETE FROM audit_head WHERE chain = '${id}'`,
    );
    const { faults: found } = await verifyDatabase(testScope);
    expect(found).toContainEqual(expect.stringContaining(`${id}: it ends at event 0`));
  });
});

describe('T25: an insider at the checkpoints', () => {
  /** Tests of this file share a database, so what is done is undone. */
  async function tampered(act: string, undo: string): Promise<string[]> {
    await asInsider(act);
    const found = await faults();
    await asInsider(undo);
    return found;
  }
  const newest = async () => (await verifyDatabase(testScope, { account: id })).newest;

  it('edits one', async () => {
    const number = (await newest())?.checkpoint;
    const found = await tampered(
      `UPDATE audit_checkpoint SET at = at - interval '1 day' WHERE number = ${number}`,
      `UPDATE audit_checkpoint SET at = at + interval '1 day' WHERE number = ${number}`,
    );
    expect(found).toEqual([
      `The signature of checkpoint ${number} is wrong: it was edited or forged.`,
    ]);
  });

  it('edits a head under one', async () => {
    const number = (await newest())?.checkpoint;
    const where = `WHERE number = ${number} AND chain = '${id}'`;
    const found = await tampered(
      `UPDATE audit_checkpoint_head SET sequence = sequence - 1 ${where}`,
      `UPDATE audit_checkpoint_head SET sequence = sequence + 1 ${where}`,
    );
    expect(found[0]).toBe(`The heads under checkpoint ${number} are not those that were signed.`);
  });

  it('takes the newest away, and is found by whoever noted it', async () => {
    const known = await newest();
    if (!known) throw new Error('there is one');
    await asInsider(`DELETE FROM audit_checkpoint_head WHERE number = ${known.checkpoint};
      DELETE FROM audit_checkpoint WHERE number = ${known.checkpoint}`);
    const { faults: found } = await verifyDatabase(testScope, { account: id, known });
    expect(found).toEqual([
      `Checkpoint ${known.checkpoint} with the root ${known.root} is not here any more.`,
    ]);
  });
});
