import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '@/lib/kernel/time';
import { acrossAccounts } from '@/lib/platform/database';
import { planRootList } from '@/lib/signer/ca/root-list';
import { made } from '@/lib/signer/ca/testing';
import { folderSealingKey } from '@/lib/signer/key-folder';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { publishRootList } from './publish-root-list';
import { caOf, openssl, type PkiServer, pkiServer } from './testing';

const LONG = { timeout: 40_000, interval: 50 };
const work = mkdtempSync(join(tmpdir(), 'countersign-root-list-'));
let portal: TestPortal;
let pki: PkiServer;
beforeAll(async () => {
  portal = await openTestPortal();
  pki = await pkiServer();
});
afterAll(async () => {
  pki.close();
  await portal.stop();
  rmSync(work, { recursive: true });
});

/** The list that a root's machine makes of a folder, DER. */
async function listFrom(folder: string, revoke: string | null): Promise<Uint8Array> {
  const out = mkdtempSync(join(work, 'lists-'));
  const sealingKey = () => folderSealingKey(folder, 'a passphrase for tests');
  const room = { folder, sealingKey, token: null, now: new Date() };
  await planRootList({ room, out, revoke }).run();
  return new Uint8Array(readFileSync(join(out, readdirSync(out)[0] ?? '')));
}

const published = (der: Uint8Array, id = caOf(null).id) => publishRootList(testScope, { id, der });
async function served(): Promise<string> {
  const reply = await fetch(`${pki.url}/pki/${caOf(null).id}/ca.crl`);
  if (reply.status !== 200) return `status ${reply.status}`;
  writeFileSync(join(pki.folder, 'root.crl'), Buffer.from(await reply.arrayBuffer()));
  return openssl(pki.folder, 'crl', '-inform', 'DER', '-in', 'root.crl', '-noout', '-text');
}

describe('the list of a root on another machine', () => {
  it('is served once it was brought, names the revoked issuing CA, and is an event; it is not taken twice', async () => {
    await expect.poll(served, LONG).toContain('No Revoked Certificates');
    const elsewhere = join(work, 'root');
    cpSync(join(portal.dataDir, 'signer'), elsewhere, { recursive: true });
    const der = await listFrom(elsewhere, caOf('sandbox').id);
    const { number, nextUpdate } = await published(der);
    expect(number).toBeGreaterThan(1);
    expect(new Date(nextUpdate).getTime()).toBeGreaterThan(Date.now() + 399 * DAY_MS);
    await expect.poll(served, LONG).toContain('Key Compromise');
    await expect(published(der)).rejects.toThrow(`its number ${number} is not above`);
    const events = await acrossAccounts(testScope, (tx) =>
      tx.auditEvent.findMany({ where: { action: 'issuer.list-published' } }),
    );
    expect(events.map(({ objectId, detail }) => [objectId, Object(detail).entries])).toEqual([
      [caOf(null).id, 1],
    ]);
  });

  it('another root’s, one that was changed, and no list at all are refused', async () => {
    const elsewhere = join(work, 'root');
    const der = await listFrom(elsewhere, null);
    const changed = Buffer.from(der);
    changed.writeUInt8(changed.readUInt8(changed.length - 1) ^ 1, changed.length - 1);
    await expect(published(changed)).rejects.toThrow('is not taken');
    await expect(published(der.subarray(0, 100))).rejects.toThrow('is not taken');
    await expect(published(der, caOf('production').id)).rejects.toThrow('No root has the id');
    const folder = join(work, 'foreign');
    const sealingKey = () => folderSealingKey(folder, 'a passphrase for tests');
    await made({ folder, sealingKey, token: null, now: new Date() }, []);
    await expect(published(await listFrom(folder, null))).rejects.toThrow('is not taken');
  });
});
