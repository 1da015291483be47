import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authorize, type Scope } from '@/lib/access/scope';
import { HOUR_MS, MINUTE_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { onceForKey } from './idempotency';
import { forgetReplies } from './retention';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());
afterEach(() => setClock(null));

const done = { status: 200, body: '{"n":1}', headers: { Location: '/x' } };
const never = () => Promise.reject(new Error('done twice'));

function gate() {
  let open: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), passed };
}

async function scopeOfNewAccount(): Promise<Scope> {
  return authorize((await portal.newAccount()).key(), 'certificates.revoke');
}
const asked = (scope: Scope, change: object = {}) => ({
  ...{ scope, operation: 'revokeCertificate', key: 'k-1', request: { body: { a: 1 } } },
  ...change,
});

describe('a POST with an Idempotency-Key', () => {
  it('is done once; the repeat gets the same status, body and headers', async () => {
    const scope = await scopeOfNewAccount();
    const first = await onceForKey(asked(scope), async () => done);
    expect(first).toEqual({ reply: done, replayed: false });
    expect(await onceForKey(asked(scope), never)).toEqual({ reply: done, replayed: true });
  });

  it('draft-ietf-httpapi-idempotency-key-header-07, 2.7: the key with another request is refused, and the first stays', async () => {
    const scope = await scopeOfNewAccount();
    await onceForKey(asked(scope), async () => done);
    const other = asked(scope, { request: { body: { a: 2 } } });
    await expect(onceForKey(other, never)).rejects.toThrow('idempotency_conflict');
    expect((await onceForKey(asked(scope), never)).replayed).toBe(true);
  });

  it('means nothing for another account, or another operation', async () => {
    const scope = await scopeOfNewAccount();
    await onceForKey(asked(scope), async () => done);
    const elsewhere = await onceForKey(asked(await scopeOfNewAccount()), async () => done);
    const otherwise = await onceForKey(asked(scope, { operation: 'x' }), async () => done);
    expect([elsewhere.replayed, otherwise.replayed]).toEqual([false, false]);
  });

  it('of two at once one is done and the other is told to come back', async () => {
    const scope = await scopeOfNewAccount();
    const [started, finish] = [gate(), gate()];
    const first = onceForKey(asked(scope), async () => {
      started.open();
      await finish.passed;
      return done;
    });
    await started.passed;
    await expect(onceForKey(asked(scope), never)).rejects.toMatchObject({
      code: 'idempotency_in_progress',
      retryAfterSeconds: 1,
    });
    finish.open();
    await first;
    expect((await onceForKey(asked(scope), never)).reply).toEqual(done);
  });

  it('that failed may be tried again, and one that died is taken over after a minute', async () => {
    const scope = await scopeOfNewAccount();
    await expect(onceForKey(asked(scope), never)).rejects.toThrow('done twice');
    expect((await onceForKey(asked(scope), async () => done)).replayed).toBe(false);

    const key = { key: 'k-2' };
    const started = gate();
    void onceForKey(asked(scope, key), () => {
      started.open();
      return new Promise(() => undefined);
    });
    await started.passed;
    const later = new Date(Date.now() + MINUTE_MS + 1_000);
    setClock({ now: () => later });
    expect((await onceForKey(asked(scope, key), async () => done)).replayed).toBe(false);
  });

  it('is forgotten after a day, not before', async () => {
    const scope = await scopeOfNewAccount();
    await onceForKey(asked(scope), async () => done);
    const at = (hours: number) => {
      const then = new Date(Date.now() + hours * HOUR_MS);
      setClock({ now: () => then });
    };
    at(23);
    await forgetReplies(testScope);
    expect((await onceForKey(asked(scope), never)).replayed).toBe(true);
    at(25);
    await forgetReplies(testScope);
    expect((await onceForKey(asked(scope), async () => done)).replayed).toBe(false);
  });
});
