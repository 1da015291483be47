import { X509Certificate } from 'node:crypto';
import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MINUTE_MS } from '@/lib/kernel/time';
import { signerLogPath, storedIssuers } from '../key-folder';
import { readSigningLog } from '../signing-log';
import { NOW } from '../testing';
import { planBackup } from './backup';
import { compareLog, type KnownIntent } from './compare-log';
import { planExport, planKeyImport } from './key-file';
import type { CaRoom } from './plan';
import { type KnownCertificate, planRestore } from './restore';
import { carriedOut, leafOf, made, named, PASSPHRASE, type Workshop, workshop } from './testing';

const LATER = new Date(NOW.getTime() + 10 * MINUTE_MS);
const EXPORT_PASSPHRASE = 'a passphrase of the file';
let shop: Workshop;
let room: CaRoom;
let backup: string;
/** Made after the backup. */
let late: Uint8Array;

beforeAll(async () => {
  shop = workshop();
  room = shop.room('signer', NOW);
  backup = join(shop.place, 'backup');
  await made(room);
  await leafOf(room, production());
  // The first half of a line that a running signer is about to end.
  const log = readFileSync(signerLogPath(room.folder));
  appendFileSync(signerLogPath(room.folder), '{"n":2,"at"');
  await carriedOut(planBackup({ folder: room.folder, out: backup, now: NOW }));
  writeFileSync(signerLogPath(room.folder), log);
  late = await leafOf({ ...room, now: LATER }, production());
});
afterAll(() => shop.remove());

const production = () => named(room.folder, 'Harbor Bank Production Client CA 1');
const restore = (folder: string, missing: Parameters<typeof planRestore>[0]['missing'] = null) =>
  planRestore({ from: backup, folder, passphrase: PASSPHRASE, now: LATER, missing });
const serialIn = (der: Uint8Array) => new X509Certificate(der).serialNumber;

async function intentsIn(folder: string): Promise<KnownIntent[]> {
  const intents: KnownIntent[] = [];
  await readSigningLog(signerLogPath(folder), (entry) => {
    if (entry.op !== 'certificate') return;
    const { intentId, issuerId, serialHex, tbsSha256 } = entry;
    intents.push({ intentId, issuerId, serialHex, tbsSha256, issued: true });
  });
  return intents;
}

async function* pages<T>(...all: T[][]): AsyncGenerator<T[]> {
  yield* all;
}

describe('backup and restore', () => {
  it('has every CA, the seal and the log up to its last whole line, and no passphrase', async () => {
    const names = readdirSync(backup);
    expect(names).toContain('seal.json');
    expect(names.filter((name) => name.startsWith('iss_'))).toHaveLength(3);
    expect(names).not.toContain('passphrase');
    const { entries } = await readSigningLog(signerLogPath(backup), () => undefined);
    expect(entries).toBe(1);
    const taken = () => planBackup({ folder: room.folder, out: backup, now: NOW });
    expect(taken).toThrow('is there already');
  });

  it('a restored folder signs again, with the same keys', async () => {
    const place = shop.room('restored', LATER);
    await carriedOut(restore(place.folder));
    expect(storedIssuers(place.folder)).toEqual(storedIssuers(room.folder));
    const leaf = await leafOf(place, production());
    expect(
      new X509Certificate(leaf).verify(new X509Certificate(production().certificateDer).publicKey),
    ).toBe(true);
  });

  it('nothing is written over: a folder with anything in it is refused', async () => {
    const before = readFileSync(signerLogPath(room.folder));
    await expect(restore(room.folder)).rejects.toThrow('is not empty');
    expect(readFileSync(signerLogPath(room.folder))).toEqual(before);
  });

  it('a backup that was changed, and another passphrase, are refused before anything is written', async () => {
    const changed = join(shop.place, 'changed');
    cpSync(backup, changed, { recursive: true });
    appendFileSync(join(changed, `${production().issuerId}.json`), ' ');
    const folder = join(shop.place, 'nothing');
    const input = { folder, passphrase: PASSPHRASE, now: NOW, missing: null };
    await expect(planRestore({ ...input, from: changed })).rejects.toThrow(
      'is not what was backed up',
    );
    await expect(
      planRestore({ ...input, from: backup, passphrase: 'another passphrase' }),
    ).rejects.toThrow('not the passphrase');
    expect(() => readdirSync(folder)).toThrow('ENOENT');
  });

  it('T26: what was issued after the backup comes from the database into the log, which then agrees with it', async () => {
    const place = shop.room('reconciled', LATER);
    const known = await intentsIn(room.folder);
    expect(known).toHaveLength(2);
    const missing = async (logged: ReadonlySet<string>): Promise<KnownCertificate[]> => {
      const certificateDer = late;
      return known
        .filter(({ intentId }) => !logged.has(intentId))
        .map((one) => ({ ...one, certificateDer }));
    };
    await carriedOut(restore(place.folder, missing));
    const found = await compareLog(place.folder, pages(known));
    expect(found).toMatchObject({
      // The first certificate, the note of the restore, and the second.
      lines: 3,
      certificates: 2,
      unknownToDatabase: [],
      unknownToLog: [],
      different: [],
    });
    // And the signer opens that log, and remembers from it what it signed.
    const again = await leafOf(place, production());
    expect(serialIn(again)).toBe(serialIn(late));
  });
});

describe('the log against the database', () => {
  it('agrees where both know the same, in pages of any size', async () => {
    const known = await intentsIn(room.folder);
    const found = await compareLog(room.folder, pages(...known.map((one) => [one])));
    expect(found).toMatchObject({ certificates: 2, unknownToDatabase: [], unknownToLog: [] });
  });

  it('names what the database does not know, what the log does not know, and what differs', async () => {
    const known = await intentsIn(room.folder);
    const [first, second] = known;
    if (!first || !second) throw new Error('two certificates were signed');
    const tbsSha256 = '0'.repeat(64);
    const other = { ...first, intentId: 'other', serialHex: '4'.repeat(32) };
    const pending = { ...other, intentId: 'pending', issued: false };
    const found = await compareLog(room.folder, pages([{ ...first, tbsSha256 }, other, pending]));
    expect(found.unknownToDatabase.map(({ serialHex }) => serialHex)).toEqual([second.serialHex]);
    expect(found.unknownToLog).toEqual([other.serialHex]);
    expect(found.different).toEqual([first.serialHex]);
  });

  it('a line that was changed breaks the chain', async () => {
    const folder = join(shop.place, 'changed log');
    mkdirSync(folder);
    const lines = readFileSync(signerLogPath(room.folder), 'utf8').replace(/"n":1,/, '"n":1, ');
    writeFileSync(signerLogPath(folder), lines);
    await expect(compareLog(folder, null)).rejects.toThrow(
      'line 2 of the signer log does not continue',
    );
  });
});

describe('one CA in a file', () => {
  const file = (name: string) => join(shop.place, name);
  const exported = (out: string, passphrase = EXPORT_PASSPHRASE) =>
    planExport({ room, issuerId: production().issuerId, out, passphrase });

  it('is taken by another folder, under its own passphrase, and signs there', async () => {
    await carriedOut(exported(file('ca.key')));
    expect(readFileSync(file('ca.key'), 'utf8')).not.toContain(
      JSON.parse(readFileSync(join(room.folder, `${production().issuerId}.json`), 'utf8')).custody
        .sealedKey,
    );
    await carriedOut(
      planExport({
        room,
        issuerId: named(room.folder, 'Harbor Bank Root CA').issuerId,
        out: file('root.key'),
        passphrase: EXPORT_PASSPHRASE,
      }),
    );
    const place = shop.room('other', LATER);
    const taken = (from: string, passphrase = EXPORT_PASSPHRASE) =>
      planKeyImport({ room: place, from: file(from), passphrase });
    await expect(taken('ca.key')).rejects.toThrow('Import the root first');
    await carriedOut(taken('root.key'));
    await carriedOut(taken('ca.key'));
    expect((await taken('ca.key')).will).toEqual([]);
    const leaf = await leafOf(place, production());
    expect(
      new X509Certificate(leaf).verify(new X509Certificate(production().certificateDer).publicKey),
    ).toBe(true);
  });

  it('another passphrase opens nothing, and a short one seals nothing', async () => {
    await carriedOut(exported(file('sealed.key')));
    const place = shop.room('closed', NOW);
    const from = file('sealed.key');
    await expect(planKeyImport({ room: place, from, passphrase: 'another' })).rejects.toThrow(
      'sealed with another passphrase',
    );
    expect(() => exported(file('short.key'), 'short')).toThrow('at least 12 characters');
    expect(() => exported(from)).toThrow('is there already');
  });

  it('a certificate that was exchanged for another is refused', async () => {
    await carriedOut(exported(file('swapped.key')));
    const content = JSON.parse(readFileSync(file('swapped.key'), 'utf8'));
    const other = named(room.folder, 'Harbor Bank Sandbox Client CA 1').certificateDer;
    content.issuer.certificate = Buffer.from(other).toString('base64');
    writeFileSync(file('swapped.key'), JSON.stringify(content));
    const place = shop.room('swapped', NOW);
    await expect(
      planKeyImport({ room: place, from: file('swapped.key'), passphrase: EXPORT_PASSPHRASE }),
    ).rejects.toThrow('does not belong to its certificate');
  });
});
