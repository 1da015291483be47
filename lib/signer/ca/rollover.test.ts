import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { DAY_MS } from '@/lib/kernel/time';
import { storedIssuers, storeIssuer } from '../key-folder';
import { NOW, PKI_URL } from '../testing';
import { type CaRoom, fingerprint } from './plan';
import { planRollover, planRootRollover } from './rollover';
import { caStatus } from './status';
import { carriedOut, leafOf, made, named, P256, P384, type Workshop, workshop } from './testing';

const LATER = new Date(NOW.getTime() + 30 * DAY_MS);
let shop: Workshop;
let room: CaRoom;

beforeAll(async () => {
  shop = workshop();
  room = shop.room('signer', NOW);
  await made(room);
  shop.write('root1.pem', named(room.folder, 'Harbor Bank Root CA').certificateDer);
  const first = named(room.folder, 'Harbor Bank Production Client CA 1');
  shop.write('ca1.pem', first.certificateDer);
  shop.write('leaf1.pem', await leafOf({ ...room, now: LATER }, first));
});
afterAll(() => shop.remove());

const rollover = (where: CaRoom, environments = ENVIRONMENTS) =>
  planRollover({ room: where, environments, key: P256, pkiUrl: PKI_URL });
const rootRollover = (where: CaRoom) =>
  planRootRollover({
    room: where,
    environments: ENVIRONMENTS,
    key: P256,
    rootKey: P384,
    pkiUrl: PKI_URL,
    only: 'root and issuing CAs',
  });

describe('a new issuing CA under the same root', () => {
  it('leaves of the old and of the new one verify with openssl against one root and both issuing CAs', async () => {
    const later = { ...room, now: LATER };
    await carriedOut(rollover(later));
    const second = named(room.folder, 'Harbor Bank Production Client CA 2');
    shop.write('ca2.pem', second.certificateDer);
    shop.write('leaf2.pem', await leafOf(later, second));
    for (const leaf of ['leaf1.pem', 'leaf2.pem']) {
      const untrusted = ['ca1.pem', 'ca2.pem'];
      expect(shop.verify({ leaf, trusted: ['root1.pem'], untrusted, at: LATER })).toBe(
        `${leaf}: OK\n`,
      );
    }
    const alone = { trusted: ['root1.pem'], untrusted: ['ca1.pem'], at: LATER };
    expect(shop.verify({ leaf: 'leaf2.pem', ...alone })).toContain('unable to get');
  });

  it('said twice it makes no two: a successor of the last day stands', () => {
    const before = storedIssuers(room.folder).length;
    expect(() => rollover({ ...room, now: LATER })).toThrow('is less than a day old');
    expect(storedIssuers(room.folder)).toHaveLength(before);
  });

  it('nothing that was there is touched', () => {
    const first = named(room.folder, 'Harbor Bank Production Client CA 1');
    expect(() => storeIssuer(room.folder, first)).toThrow('it is there already');
  });
});

describe('a new root', () => {
  it('who trusts the old root alone, or the new one alone, verifies leaves of both', async () => {
    const later = { ...room, now: new Date(LATER.getTime() + 2 * DAY_MS) };
    const at = later.now;
    await carriedOut(rootRollover(later));
    const root = named(room.folder, 'Harbor Bank Root CA 2');
    const third = named(room.folder, 'Harbor Bank Production Client CA 3');
    shop.write('root2.pem', root.certificateDer);
    shop.write('cross.pem', root.crossCertificateDer ?? new Uint8Array());
    shop.write('ca3.pem', third.certificateDer);
    shop.write('leaf3.pem', await leafOf(later, third));
    const cases = [
      { leaf: 'leaf3.pem', trusted: ['root2.pem'], untrusted: ['ca3.pem'] },
      { leaf: 'leaf3.pem', trusted: ['root1.pem'], untrusted: ['ca3.pem', 'cross.pem'] },
      { leaf: 'leaf1.pem', trusted: ['root1.pem'], untrusted: ['ca1.pem'] },
      { leaf: 'leaf1.pem', trusted: ['root1.pem', 'root2.pem'], untrusted: ['ca1.pem'] },
    ];
    for (const one of cases) expect(shop.verify({ ...one, at })).toBe(`${one.leaf}: OK\n`);
    const withoutCross = { trusted: ['root1.pem'], untrusted: ['ca3.pem'], at };
    expect(shop.verify({ leaf: 'leaf3.pem', ...withoutCross })).toContain('unable to get');
  });

  it('one that was broken off after the root is completed, and no third root is made', async () => {
    const place = shop.room('broken', NOW);
    await made(place);
    await carriedOut(
      planRootRollover({
        room: place,
        environments: ENVIRONMENTS,
        key: P256,
        rootKey: P384,
        pkiUrl: PKI_URL,
        only: 'the root',
      }),
    );
    const { unfinished } = await caStatus({
      folder: place.folder,
      states: null,
      tokenKeys: null,
      now: NOW,
    });
    expect(unfinished.join()).toContain('"Harbor Bank Root CA 2" has no issuing CA yet');
    const plan = rootRollover(place);
    expect(plan.will[0]).toBe('complete the change to "Harbor Bank Root CA 2"');
    await plan.run();
    const names = storedIssuers(place.folder).map(({ name }) => name);
    expect(names.filter((name) => name.includes('Root'))).toHaveLength(2);
    expect(names).toContain('Harbor Bank Sandbox Client CA 2');
    expect(() => rootRollover(place)).toThrow('is less than a day old');
  });

  it('status says what each may do, until when, and where its key is', async () => {
    const { issuers } = await caStatus({
      folder: room.folder,
      states: new Map([
        [named(room.folder, 'Harbor Bank Production Client CA 2').issuerId, 'ready'],
      ]),
      tokenKeys: null,
      now: LATER,
    });
    const root = named(room.folder, 'Harbor Bank Root CA');
    expect(issuers[0]).toMatchObject({
      name: 'Harbor Bank Root CA',
      kind: 'root',
      key: 'EC P-384',
      custody: 'sealed in the folder',
      notAfter: '2046-11-21',
      issuesUntil: null,
      sha256: fingerprint(root.certificateDer),
    });
    expect(issuers.find(({ name }) => name.endsWith('Production Client CA 2'))).toMatchObject({
      state: 'ready',
      environment: 'production',
      notAfter: '2036-12-20',
      issuesUntil: '2035-12-21',
    });
  });
});
