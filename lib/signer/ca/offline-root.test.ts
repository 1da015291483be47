import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { ensureAuthority } from '../first-authority';
import { storedIssuers, storeIssuer } from '../key-folder';
import { NOW, PKI_URL } from '../testing';
import { planImport } from './import';
import { planInit } from './init';
import { pendingRequests } from './pending';
import type { CaRoom } from './plan';
import { planRequest } from './request';
import { planRollover, planRootRollover } from './rollover';
import { planSign } from './sign';
import { caStatus } from './status';
import {
  carriedOut,
  leafOf,
  made,
  named,
  openssl,
  P256,
  P384,
  type Workshop,
  workshop,
} from './testing';

let shop: Workshop;
let rootRoom: CaRoom;
let room: CaRoom;
let stick: string;

beforeAll(async () => {
  shop = workshop();
  rootRoom = shop.room('offline', NOW);
  room = shop.room('signer', NOW);
  stick = join(shop.place, 'stick');
  await made(rootRoom, []);
});
afterAll(() => shop.remove());

const request = (where = room, out = stick) =>
  planRequest({
    room: where,
    environments: ENVIRONMENTS,
    providerName: 'Harbor Bank',
    key: P256,
    out,
  });
const sign = (from = stick) => planSign({ room: rootRoom, from, out: from, pkiUrl: PKI_URL });
const unfinished = async (folder: string) =>
  (await caStatus({ folder, states: null, tokenKeys: null, now: NOW })).unfinished.join('\n');

describe('a root on another machine', () => {
  it('RFC 2986, 4: requests that openssl takes for what they are, and that ask for nothing', async () => {
    await carriedOut(request());
    const files = readdirSync(stick).sort();
    expect(files).toHaveLength(2);
    const subjects = files.map((file) => {
      expect(file).toMatch(/^iss_[0-9a-z]{26}\.csr\.pem$/);
      const text = openssl(stick, 'req', '-in', file, '-verify', '-noout', '-text');
      expect(text).toContain('(none)');
      return /Subject: (.*)/.exec(text)?.[1];
    });
    expect(subjects.sort()).toEqual([
      'O = Harbor Bank, CN = Harbor Bank Production Client CA 1',
      'O = Harbor Bank, CN = Harbor Bank Sandbox Client CA 1',
    ]);
  });

  it('while a key waits, status explains it, the signer makes no root of its own, and a rerun makes no second key', async () => {
    expect(await unfinished(room.folder)).toContain(
      '"Harbor Bank Production Client CA 1" has a key and waits for its certificate',
    );
    const sealingKey = await room.sealingKey();
    const start = {
      ...room,
      sealingKey,
      token: null,
      providerName: 'Harbor Bank',
      pkiUrl: PKI_URL,
    };
    await expect(ensureAuthority(start)).rejects.toThrow('waits for certificates');
    const before = readdirSync(room.folder);
    const again = join(shop.place, 'again');
    await carriedOut(request(room, again));
    expect(readdirSync(room.folder)).toEqual(before);
    for (const file of readdirSync(again)) {
      expect(readFileSync(join(again, file))).toEqual(readFileSync(join(stick, file)));
    }
  });

  it('signs what it showed, by the profile of issuing CAs, and its leaves verify with openssl', async () => {
    const plan = await sign();
    expect(plan.will.join('\n')).toContain('Harbor Bank Sandbox Client CA 1');
    expect(plan.will.join('\n')).toContain('path length 0, client authentication alone');
    await plan.run();
    await carriedOut(planImport({ room, from: stick }));
    expect(pendingRequests(room.folder)).toEqual([]);
    expect(await unfinished(room.folder)).toBe('');
    const issuer = named(room.folder, 'Harbor Bank Production Client CA 1');
    const root = named(room.folder, 'Harbor Bank Root CA');
    expect(root.custody).toEqual({ kind: 'elsewhere' });
    shop.write('root.pem', root.certificateDer);
    shop.write('ca.pem', issuer.certificateDer);
    shop.write('leaf.pem', await leafOf(room, issuer));
    const chain = { trusted: ['root.pem'], untrusted: ['ca.pem'], at: NOW };
    expect(shop.verify({ leaf: 'leaf.pem', ...chain })).toBe('leaf.pem: OK\n');
    const text = openssl(shop.place, 'x509', '-in', 'ca.pem', '-noout', '-text');
    expect(text).toMatch(/CA:TRUE, pathlen:0/);
    expect(text).toContain(`URI:${PKI_URL}/pki/${root.issuerId}/ca.crl`);
  });

  it('signing and importing again change nothing', async () => {
    const certificates = readdirSync(stick).map((file) => readFileSync(join(stick, file), 'utf8'));
    await carriedOut(sign());
    expect(readdirSync(stick).map((file) => readFileSync(join(stick, file), 'utf8'))).toEqual(
      certificates,
    );
    const plan = planImport({ room, from: stick });
    expect(plan.will).toEqual([]);
  });

  it('an import that ended between certificate and request is completed', async () => {
    const place = shop.room('interrupted', NOW);
    const out = join(shop.place, 'interrupted-stick');
    cpSync(room.folder, place.folder, { recursive: true });
    for (const { issuerId, kind } of storedIssuers(place.folder)) {
      if (kind === 'issuing')
        renameSync(join(place.folder, `${issuerId}.json`), join(shop.place, `${issuerId}.kept`));
    }
    await carriedOut(request(place, out));
    const [pending] = pendingRequests(place.folder);
    if (!pending) throw new Error('a request should wait');
    const certificateDer = named(room.folder, 'Harbor Bank Production Client CA 1').certificateDer;
    const { issuerId, environment, name, custody } = pending;
    const kind = 'issuing';
    const crossCertificateDer = null;
    storeIssuer(place.folder, {
      issuerId,
      kind,
      environment,
      name,
      certificateDer,
      crossCertificateDer,
      custody,
    });
    expect(await unfinished(place.folder)).toContain(
      'was answered: run npm run ca -- import again',
    );
    await carriedOut(planImport({ room: place, from: out }));
    expect(pendingRequests(place.folder).map((one) => one.issuerId)).not.toContain(issuerId);
  });

  it('makes no issuing CA where its key is not', () => {
    const input = { room, environments: ENVIRONMENTS, key: P256, pkiUrl: PKI_URL };
    expect(() => planRollover(input)).toThrow('is not in this folder');
    expect(() =>
      planRootRollover({ ...input, rootKey: P384, only: 'root and issuing CAs' }),
    ).toThrow('is not in this folder');
  });

  it('a new root, made there, comes with its certificate by the old one, and is refused without', async () => {
    await carriedOut(
      planRootRollover({
        room: rootRoom,
        environments: ENVIRONMENTS,
        key: P256,
        rootKey: P384,
        pkiUrl: PKI_URL,
        only: 'the root',
      }),
    );
    const second = join(shop.place, 'second');
    await carriedOut(request(room, second));
    await carriedOut(sign(second));
    const crosses = readdirSync(second).filter((file) => file.endsWith('.cross.pem'));
    expect(crosses).toHaveLength(1);
    const without = join(shop.place, 'without');
    cpSync(second, without, { recursive: true });
    for (const file of crosses) renameSync(join(without, file), join(without, `${file}.gone`));
    expect(() => planImport({ room, from: without })).toThrow(
      'has no certificate by a root that is here',
    );
    await carriedOut(planImport({ room, from: second }));
    expect(named(room.folder, 'Harbor Bank Root CA 2').crossCertificateDer).not.toBeNull();
    expect(named(room.folder, 'Harbor Bank Production Client CA 2').custody.kind).toBe('sealed');
  });
});

describe('what the root does not sign', () => {
  const refusedBy = async (name: string, pem: string, file = 'iss_01m7yxfh3r0kpjxkcvdh3e78dw') => {
    const folder = join(shop.place, name);
    mkdirSync(folder);
    writeFileSync(join(folder, `${file}.csr.pem`), pem);
    const before = storedIssuers(rootRoom.folder).length;
    const error = await sign(folder).catch((thrown: unknown) => thrown);
    expect(storedIssuers(rootRoom.folder)).toHaveLength(before);
    expect(readdirSync(folder)).toHaveLength(1);
    return String(error);
  };
  const csr = (subject: string, key = ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']) =>
    execFileSync(
      'openssl',
      ['req', '-new', '-newkey', ...key, '-nodes', '-keyout', '/dev/null', '-subj', subject],
      { encoding: 'utf8', stdio: 'pipe' },
    );

  it.each([
    [
      'another organization',
      '/O=Other Bank/CN=Harbor Bank Production Client CA 9',
      'which is no issuing CA of Harbor Bank',
    ],
    [
      'a name that is no issuing CA',
      '/O=Harbor Bank/CN=www.harbor.example',
      'which is no issuing CA',
    ],
    [
      'a name with more in it',
      '/C=DE/O=Harbor Bank/CN=Harbor Bank Production Client CA 9',
      'which is no issuing CA',
    ],
    [
      'a name that another key has',
      '/O=Harbor Bank/CN=Harbor Bank Production Client CA 1',
      'with another key',
    ],
  ])('%s', async (name, subject, words) => {
    expect(await refusedBy(name.replaceAll(' ', '-'), csr(subject))).toContain(words);
  });

  it('a weak key, a request that was changed, and a file that is none', async () => {
    const subject = '/O=Harbor Bank/CN=Harbor Bank Production Client CA 9';
    expect(await refusedBy('weak', csr(subject, ['rsa:1024']))).toContain('is no request');
    const good = csr(subject);
    const der = Buffer.from(good.replace(/-----[^-]+-----|\s/g, ''), 'base64');
    der.write('Z', der.indexOf('Production') + 1);
    const changed = `-----BEGIN CERTIFICATE REQUEST-----\n${der.toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`;
    expect(await refusedBy('changed', changed)).toContain('is not signed by the key in it');
    expect(await refusedBy('none', 'no request')).toContain('is no request');
  });

  it('a certificate that is not what was asked for is not taken', async () => {
    const place = shop.room('victim', NOW);
    const out = join(shop.place, 'victim-stick');
    await carriedOut(request(place, out));
    const [pending] = pendingRequests(place.folder);
    const root = named(rootRoom.folder, 'Harbor Bank Root CA');
    const foreign = named(rootRoom.folder, 'Harbor Bank Production Client CA 1');
    writeFileSync(join(out, `${root.issuerId}.root.pem`), pem('offline', root.issuerId));
    writeFileSync(join(out, `${pending?.issuerId}.crt.pem`), pem('offline', foreign.issuerId));
    expect(() => planImport({ room: place, from: out })).toThrow('is for another key');
    expect(existsSync(join(place.folder, `${root.issuerId}.json`))).toBe(false);
  });

  const pem = (folder: string, issuerId: string) => {
    const { certificate } = JSON.parse(
      readFileSync(join(shop.place, folder, `${issuerId}.json`), 'utf8'),
    );
    return `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`;
  };
});

describe('a root in another folder of this machine', () => {
  it('its key is there alone, and a ceremony that was broken off is completed', async () => {
    const elsewhere = shop.room('vault', NOW);
    const here = shop.room('split', NOW);
    const init = () =>
      planInit({
        room: here,
        rootRoom: elsewhere,
        environments: ENVIRONMENTS,
        providerName: 'Harbor Bank',
        rootKey: P384,
        issuingKey: P256,
        pkiUrl: null,
      });
    await made(elsewhere, []);
    expect(await unfinished(elsewhere.folder)).toContain('holds the root alone');
    await carriedOut(init());
    expect(named(here.folder, 'Harbor Bank Root CA').custody.kind).toBe('elsewhere');
    expect(named(elsewhere.folder, 'Harbor Bank Root CA').custody.kind).toBe('sealed');
    expect(storedIssuers(here.folder)).toHaveLength(3);
    expect(init().will).toEqual([]);
  });
});
