import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { REVOCATION_REASONS } from '@/lib/kernel/environments';
import { parseOcspRequest } from './ocsp-request';
import { type CertStatus, ocspError } from './ocsp-response';
import { inFolder } from './testing';
import { TEST_CA_KINDS, type TestCa, testCa } from './testing/ca';
import { type TestResponder, testResponder } from './testing/ocsp';

const NOW = new Date('2026-11-21T10:23:45Z');
const NEXT = new Date('2026-11-21T10:33:45Z');
const REVOKED_AT = new Date('2026-11-20T08:00:00Z');
const SERIALS = ['41'.repeat(16), '42'.repeat(16)];

let ca: TestCa;
let responder: TestResponder;
beforeAll(async () => {
  ca = await testCa();
  responder = testResponder(ca, NOW);
});

type Asked = {
  statuses: readonly CertStatus[];
  from?: TestCa;
  by?: TestResponder;
  args?: string[];
};

/** Asks as `openssl ocsp`, answers, and has openssl judge the answer at that moment. */
function judged({ statuses, from = ca, by = responder, args = [] }: Asked): string {
  return inFolder((folder, openssl) => {
    writeFileSync(join(folder, 'ca.crt'), from.certificateDer);
    openssl('x509', '-inform', 'DER', '-in', 'ca.crt', '-out', 'ca.pem');
    const serials = SERIALS.slice(0, statuses.length).flatMap((hex) => ['-serial', `0x${hex}`]);
    const ask = ['ocsp', '-issuer', 'ca.pem', ...args, ...serials];
    openssl(...ask, '-reqout', 'req.der');
    const { certIds, nonce } = parseOcspRequest(readFileSync(join(folder, 'req.der')));
    const responses = certIds.map(({ der }, index) => ({
      certIdDer: der,
      status: statuses[index] ?? { kind: 'unknown' as const },
    }));
    const answer = by.answer({ responses, producedAt: NOW, nextUpdate: NEXT, nonce });
    writeFileSync(join(folder, 'resp.der'), answer);
    const times = ['-attime', String(NOW.getTime() / 1000), '-validity_period', '999999999'];
    const read = ['-respin', 'resp.der', '-CAfile', 'ca.pem', ...times];
    const words = (...more: string[]) => {
      const how = ['ocsp', '-issuer', 'ca.pem', ...args, ...more, ...read];
      const ran = spawnSync('openssl', how, { cwd: folder, encoding: 'utf8' });
      return `${ran.stderr}${ran.stdout}`;
    };
    // Of the request as it was sent openssl compares the nonce; of serials named anew it tells the status.
    return words('-reqin', 'req.der') + words('-no_nonce', ...serials);
  });
}

describe('an answer', () => {
  it.each(TEST_CA_KINDS)('of a responder under %s: openssl verifies it', async (kind) => {
    const from = await testCa({ kind });
    const words = judged({ statuses: [{ kind: 'good' }], from, by: testResponder(from, NOW) });
    expect(words).toContain('Response verify OK');
    expect(words).toContain(`0x${SERIALS[0]}: good`);
    expect(words).toContain('This Update: Nov 21 10:23:45 2026 GMT');
    expect(words).toContain('Next Update: Nov 21 10:33:45 2026 GMT');
    expect(words).not.toContain('WARNING');
  });

  it.each(REVOCATION_REASONS)(
    'RFC 5280, 5.3.1: says revoked for %s as openssl reads it',
    (reason) => {
      const words = judged({ statuses: [{ kind: 'revoked', revokedAt: REVOKED_AT, reason }] });
      expect(words).toContain('Response verify OK');
      expect(words).toContain(`0x${SERIALS[0]}: revoked`);
      expect(words).toContain('Revocation Time: Nov 20 08:00:00 2026 GMT');
      // openssl has words for the reasons up to removeFromCRL.
      const expected = { unspecified: undefined, privilegeWithdrawn: '(UNKNOWN)' };
      const said = /Reason: (\S+)/.exec(words)?.[1];
      expect(said).toBe(reason in expected ? Object(expected)[reason] : reason);
    },
  );

  it('says unknown, and something else of each certificate of one request', () => {
    const words = judged({ statuses: [{ kind: 'unknown' }, { kind: 'good' }], args: ['-sha256'] });
    expect(words).toContain('Response verify OK');
    expect(words).toContain(`0x${SERIALS[0]}: unknown`);
    expect(words).toContain(`0x${SERIALS[1]}: good`);
  });

  it('RFC 6960, 4.4.1: repeats the nonce; openssl warns when it is another', () => {
    expect(judged({ statuses: [{ kind: 'good' }] })).not.toMatch(/nonce/i);
    const other: TestResponder = {
      ...responder,
      answer: (input) => responder.answer({ ...input, nonce: new Uint8Array(16) }),
    };
    expect(judged({ statuses: [{ kind: 'good' }], by: other })).toMatch(/nonce verify error/i);
  });

  it('of another key than the one the CA delegated to is not verified', () => {
    const stranger: TestResponder = testResponder(ca, NOW);
    const mixed: TestResponder = { ...responder, answer: stranger.answer };
    expect(judged({ statuses: [{ kind: 'good' }], by: mixed })).toContain('Response verify OK');
    const forged: TestResponder = {
      ...responder,
      answer: (input) => {
        const der = stranger.answer(input);
        der[der.length - 1] = (der.at(-1) ?? 0) ^ 1;
        return der;
      },
    };
    expect(judged({ statuses: [{ kind: 'good' }], by: forged })).not.toContain('verify OK');
  });
});

describe('ocspError', () => {
  it.each([
    ['malformedRequest', '30030a0101'],
    ['internalError', '30030a0102'],
    ['tryLater', '30030a0103'],
    ['unauthorized', '30030a0106'],
  ] as const)('RFC 6960, 4.2.1: %s has no bytes but its status', (error, hex) => {
    expect(Buffer.from(ocspError(error)).toString('hex')).toBe(hex);
  });
});
