import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SECOND_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { ADDRESS_HEADER, REQUEST_ID_HEADER } from '@/lib/platform/request-facts';
import { openTestPortal, type TestPortal } from '@/lib/start-up/testing';
import { makeApiKey } from './own-keys';
import { methodNotAllowed, restRoute } from './rest';

const BURST = 5;

let portal: TestPortal;
let at = new Date();
beforeAll(async () => {
  portal = await openTestPortal({
    apiLimits: { perMinute: 60, burst: BURST, withoutKeyPerMinute: 3 },
  });
});
afterAll(() => portal.stop());
afterEach(() => setClock(null));

const read = restRoute('getAccount', async () => ({ value: { done: true } }));
const params = { params: Promise.resolve({}) };

const request = (key: string | null, address = '203.0.113.7', init: RequestInit = {}) =>
  new Request('http://localhost:3000/api/v1/account', {
    ...init,
    headers: {
      ...(key === null ? {} : { Authorization: `Bearer ${key}` }),
      [ADDRESS_HEADER]: address,
      [REQUEST_ID_HEADER]: 'req_test',
      ...init.headers,
    },
  });

async function newKey(): Promise<string> {
  const account = await portal.newAccount();
  const { key } = await makeApiKey(account.as('admin'), {
    ...{ name: 'x', scopes: ['read', 'certificates'], environment: null },
    ...{ expiresAt: null, networks: '' },
  });
  return key;
}

/** The clock stands still; each test has a time of its own, and so buckets that are full. */
function freeze(aheadMs = 0): void {
  at = new Date(at.getTime() + aheadMs);
  setClock({ now: () => at });
}

describe('rates', () => {
  it('RFC 6585, 4: a key has its burst, then 429 with Retry-After, then one more for each second that passes', async () => {
    const key = await newKey();
    freeze();
    for (let left = BURST - 1; left >= 0; left -= 1) {
      const reply = await read(request(key), params);
      expect([reply.status, reply.headers.get('ratelimit')]).toEqual([
        200,
        `"burst";r=${left};t=${BURST - left}`,
      ]);
      expect(reply.headers.get('ratelimit-policy')).toBe('"burst";q=5;w=5, "sustained";q=60;w=60');
    }
    const refused = await read(request(key), params);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(refused.headers.get('ratelimit')).toBe('"burst";r=0;t=5');
    expect((await read(request(await newKey()), params)).status).toBe(200);
    freeze(SECOND_MS);
    expect((await read(request(key), params)).status).toBe(200);
    expect((await read(request(key), params)).status).toBe(429);
  });

  it('T23: tries without a valid key are limited by address, and never hold back who has one', async () => {
    const key = await newKey();
    freeze();
    const statuses = [];
    for (const wrong of [null, 'nonsense', `${key.slice(0, -1)}_`, null]) {
      statuses.push((await read(request(wrong, '198.51.100.1'), params)).status);
    }
    expect(statuses).toEqual([401, 401, 401, 429]);
    expect((await read(request(null, '198.51.100.2'), params)).status).toBe(401);
    expect((await read(request(key, '198.51.100.1'), params)).status).toBe(200);
  });

  it('errors say them too, also where no key is looked at', async () => {
    freeze(60 * SECOND_MS);
    const reply = await methodNotAllowed('GET')(request(null, '198.51.100.3'), params);
    expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect(reply.headers.get('ratelimit')).toBe('"without-key";r=2;t=20');
    expect(reply.headers.get(REQUEST_ID_HEADER)).toBe('req_test');
  });
});

describe('an Idempotency-Key over REST', () => {
  it('gives the first answer again, says so, and does nothing twice', async () => {
    freeze(60 * SECOND_MS);
    const key = await newKey();
    let done = 0;
    const check = restRoute('checkCsr', async () => {
      done += 1;
      return { value: { acceptable: true, done } };
    });
    const post = (csr: string, idempotencyKey: string) =>
      check(
        request(key, '203.0.113.7', {
          method: 'POST',
          headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey },
          body: JSON.stringify({ csr }),
        }),
        params,
      );
    const first = await post('a', 'one');
    const again = await post('a', 'one');
    expect([await first.json(), await again.json()]).toEqual([
      { acceptable: true, done: 1 },
      { acceptable: true, done: 1 },
    ]);
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect((await post('b', 'one')).status).toBe(422);
    expect([(await post('b', 'two')).status, done]).toEqual([200, 2]);
  });
});
