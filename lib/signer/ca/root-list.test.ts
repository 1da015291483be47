import { X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DAY_MS } from '@/lib/kernel/time';
import { crlBuilder } from '@/lib/pki/crl';
import { lintCrl } from '@/lib/pki/lint-crl';
import { pemOf } from '@/lib/pki/pem';
import { NOW } from '../testing';
import type { CaRoom } from './plan';
import { planRootList } from './root-list';
import { carriedOut, made, named, openssl, type Workshop, workshop } from './testing';

let shop: Workshop;
let room: CaRoom;
let out: string;

beforeAll(async () => {
  shop = workshop();
  room = shop.room('root', NOW);
  out = join(shop.place, 'lists');
  await made(room);
  for (const name of [
    'Harbor Bank Root CA',
    'Harbor Bank Production Client CA 1',
    'Harbor Bank Sandbox Client CA 1',
  ]) {
    shop.write(`${name.split(' ')[2]}.pem`, named(room.folder, name).certificateDer);
  }
});
afterAll(() => shop.remove());

const list = (revoke: string | null, now = NOW) =>
  planRootList({ room: { ...room, now }, out, revoke });
/** What openssl says of an issuing CA, by the root and its list of that number. */
function judged(number: number, name: string): string {
  const [file] = readdirSync(out).filter((one) => one.endsWith(`.${number}.crl`));
  writeFileSync(
    join(shop.place, 'list.pem'),
    pemOf(readFileSync(join(out, file ?? '')), 'X509 CRL'),
  );
  const at = String(Math.floor(NOW.getTime() / 1000) + 60);
  const args = [
    '-attime',
    at,
    '-crl_check',
    '-x509_strict',
    '-CRLfile',
    'list.pem',
    '-CAfile',
    'Root.pem',
  ];
  try {
    return openssl(shop.place, 'verify', ...args, `${name}.pem`);
  } catch (error) {
    return String(Object(error).stderr);
  }
}

describe('the list of a root that is kept elsewhere', () => {
  it('RFC 5280, 5: openssl takes it, for 400 days, and finds nothing on it', async () => {
    await carriedOut(list(null));
    expect(judged(1, 'Production')).toBe('Production.pem: OK\n');
    const text = openssl(
      shop.place,
      'crl',
      '-in',
      'list.pem',
      '-noout',
      '-text',
      '-nameopt',
      'RFC2253',
    );
    expect(text).toContain('No Revoked Certificates');
    expect(text).toMatch(/X509v3 CRL Number: \n\s+1\n/);
    expect(text).toContain('Next Update: Dec 26 05:45:30 2027 GMT');
  });

  it('a revoked issuing CA is on it, and on every one after; the number rises', async () => {
    const { issuerId, certificateDer } = named(room.folder, 'Harbor Bank Production Client CA 1');
    const plan = list(issuerId);
    expect(plan.will[0]).toContain('revoke "Harbor Bank Production Client CA 1"');
    await plan.run();
    expect(judged(2, 'Production')).toContain('certificate revoked');
    expect(judged(2, 'Sandbox')).toBe('Sandbox.pem: OK\n');
    await carriedOut(list(null, new Date(NOW.getTime() + DAY_MS)));
    const [file] = readdirSync(out).filter((one) => one.endsWith('.3.crl'));
    const text = openssl(out, 'crl', '-in', file ?? '', '-inform', 'DER', '-noout', '-text');
    expect(text).toContain(new X509Certificate(certificateDer).serialNumber);
    expect(text).toContain('Nov 21 05:45:30 2026 GMT');
  });

  it('RFC 5280, 5.1.2.5: a root may promise its next list for 400 days and no longer, an issuing CA for 7', () => {
    const broken = (name: string, days: number) => {
      const issuerDer = named(room.folder, name).certificateDer;
      const nextUpdate = new Date(NOW.getTime() + days * DAY_MS);
      const builder = crlBuilder({ issuerDer, number: 1, thisUpdate: NOW, nextUpdate });
      const result = lintCrl({ ...builder.finish(), now: NOW });
      return 'findings' in result ? result.findings.map(({ rule }) => rule) : [];
    };
    expect(broken('Harbor Bank Root CA', 400)).toEqual([]);
    expect(broken('Harbor Bank Root CA', 401)).toEqual(['crl-next-update']);
    expect(broken('Harbor Bank Sandbox Client CA 1', 8)).toEqual(['crl-next-update']);
  });

  it('an issuing CA that the root does not know, and a root, are not revoked', () => {
    const { issuerId } = named(room.folder, 'Harbor Bank Root CA');
    expect(() => list(issuerId)).toThrow('has no issuing CA');
    expect(() => list('iss_01m7yxfh3r0kpjxkcvdh3e78dw')).toThrow('has no issuing CA');
  });
});
