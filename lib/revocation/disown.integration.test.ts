import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownIntents } from '@/lib/issuers/known-intents';
import { acrossAccounts } from '@/lib/platform/database';
import { type Comparison, compareLog, type KnownIntent } from '@/lib/signer/ca/compare-log';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { disownCertificates } from './disown';
import { askOcsp, caOf, type Issued, issue, type PkiServer, pkiServer } from './testing';

const LONG = { timeout: 40_000, interval: 50 };

let portal: TestPortal;
let pki: PkiServer;
beforeAll(async () => {
  portal = await openTestPortal();
  pki = await pkiServer();
});
afterAll(async () => {
  pki.close();
  await portal.stop();
});

/** As a restore of an older database does. */
async function forget({ id }: Issued): Promise<void> {
  await acrossAccounts(testScope, async (tx) => {
    const { intentId } = await tx.certificate.delete({ where: { id } });
    await tx.slot.deleteMany({ where: { intentId } });
    await tx.intent.delete({ where: { id: intentId } });
  });
}

function compared(): Promise<Comparison> {
  async function* pages(): AsyncGenerator<readonly KnownIntent[]> {
    yield await knownIntents(testScope, { after: '', ids: null });
  }
  return compareLog(join(portal.dataDir, 'signer'), pages());
}

const crl = () => fetch(`${pki.url}/pki/${caOf('production').id}/ca.crl`);
const firstList = async (): Promise<number> => (await crl()).status;

async function listed(): Promise<string> {
  const response = await crl();
  return Buffer.from(await response.arrayBuffer())
    .toString('hex')
    .toUpperCase();
}

describe('T26: what a restored database forgot', () => {
  it('is never called good, and once disowned is revoked on the list, by OCSP, and known to the log', async () => {
    // The lists of a first start take their time: what is measured is the next.
    await expect.poll(firstList, LONG).toBe(200);
    const [kept, forgotten] = [await issue(portal), await issue(portal)];
    await forget(forgotten);
    const serials = [kept.serialHex, forgotten.serialHex];
    expect(await askOcsp(pki, caOf('production'), serials)).toContain(
      `0x${forgotten.serialHex}: unknown`,
    );
    const { unknownToDatabase } = await compared();
    expect(unknownToDatabase).toMatchObject([{ serialHex: forgotten.serialHex }]);
    expect(await disownCertificates(testScope, unknownToDatabase)).toEqual({ entered: 1 });
    await expect.poll(listed, LONG).toContain(forgotten.serialHex);
    expect(await listed()).not.toContain(kept.serialHex);
    const words = await askOcsp(pki, caOf('production'), serials);
    expect(words).toContain(`0x${forgotten.serialHex}: revoked`);
    expect(words).toContain(`0x${kept.serialHex}: good`);
    expect((await compared()).unknownToDatabase).toEqual([]);
  });

  it('is entered once, and what the database knows is left alone', async () => {
    const [kept, forgotten] = [await issue(portal), await issue(portal)];
    await forget(forgotten);
    const [asked] = (await compared()).unknownToDatabase;
    if (!asked) throw new Error('one was forgotten');
    const { serialHex } = kept;
    const known = { ...asked, intentId: 'int_other', serialHex };
    expect(await disownCertificates(testScope, [asked, known])).toEqual({ entered: 1 });
    expect(await disownCertificates(testScope, [asked, known])).toEqual({ entered: 0 });
    expect(await askOcsp(pki, caOf('production'), [serialHex])).toContain(': good');
  });

  it('of a CA that is not known, is refused', async () => {
    const [at, issuerId] = [new Date(), 'iss_00000000000000000000000000'];
    const one = { intentId: 'int_other', serialHex: '4'.repeat(32), tbsSha256: '0'.repeat(64) };
    await expect(
      disownCertificates(testScope, [{ ...one, issuerId, signedAt: at }]),
    ).rejects.toThrow('No CA has the id');
  });
});
