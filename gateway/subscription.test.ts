import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { call, open, raw } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { peopleOf, type Setting, setting, until } from '@/gateway/testing/setting';
import { encodeDeltaFrame, encodeHeartbeatFrame } from '@/lib/edge/frames';
import type { Change } from '@/lib/edge/state';
import { enforcing } from '@/lib/edge/testing';

let edge: Setting;
let leaf: TestLeaf;

beforeEach(async () => {
  edge = await setting();
  leaf = testLeaf(edge.folder, 'one');
  await apply({ kind: 'certificate', entry: entryOf(leaf) });
});
afterEach(() => edge.stop());

async function apply(...changes: Change[]): Promise<void> {
  edge.portal.change(...changes);
  await until(() => edge.gateway.state()?.number === edge.portal.number());
}
const revoked = (): Change => ({
  kind: 'certificate',
  entry: { ...entryOf(leaf), revokedAt: Math.floor(Date.now() / 1000) },
});
const settled = () => new Promise((resolve) => setTimeout(resolve, 300));
const held = () => edge.gateway.state()?.number;

describe('T15: a revocation holds', () => {
  it('on a new connection and on a kept-alive one; the time is printed (`npm run bench:propagation` measures it)', async () => {
    const agent = new Agent({ keepAlive: true });
    expect((await call(edge, { leaf, agent })).status).toBe(200);
    const started = performance.now();
    edge.portal.change(revoked());
    let deniedAfterMs = Number.NaN;
    while (Number.isNaN(deniedAfterMs)) {
      const answer = await call(edge, { leaf, agent }).catch(() => null);
      if (answer === null) deniedAfterMs = performance.now() - started;
    }
    console.log(`revocation: kept-alive connection denied after ${deniedAfterMs.toFixed(1)} ms`);
    expect(await raw(edge, 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n', { leaf })).toBe('');
  });

  it('an idle open connection of the leaf is closed, another is left alone', async () => {
    const other = testLeaf(edge.folder, 'two');
    await apply({ kind: 'certificate', entry: entryOf(other) });
    const [mine, theirs] = [open(edge, { leaf }), open(edge, { leaf: other })];
    const secured = (socket: typeof mine) =>
      new Promise((resolve) => socket.once('secureConnect', resolve));
    await Promise.all([secured(mine), secured(theirs)]);
    await call(edge, { leaf });
    const closed = new Promise((resolve) => mine.once('close', resolve));
    mine.on('error', () => undefined);
    mine.resume();
    await apply(revoked());
    await closed;
    expect(theirs.destroyed).toBe(false);
    theirs.destroy();
  });

  it('in sandbox the kept connection is closed and the next call explained', async () => {
    const sandbox = entryOf(leaf, { environment: 'sandbox' });
    await apply({ kind: 'certificate', entry: sandbox });
    const agent = new Agent({ keepAlive: true });
    const there = { environment: 'sandbox', leaf, agent } as const;
    expect((await call(edge, there)).status).toBe(200);
    await apply({ kind: 'certificate', entry: { ...sandbox, revokedAt: 1 } });
    await settled();
    expect((await call(edge, there)).code).toBe('certificate_revoked');
  });

  it('an expiry holds on a connection that was opened before it', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await call(edge, { leaf, agent })).status).toBe(200);
    edge.clock.aheadMs = 41 * 86_400_000;
    const state = edge.gateway.state();
    if (state !== null) state.asOfMs += edge.clock.aheadMs;
    await expect(call(edge, { leaf, agent })).rejects.toThrow();
  });
});

describe('changes are pushed', () => {
  it('enforcement on and off is answered at once, and acknowledged', async () => {
    const ask = () => call(edge, { listener: 'standard', user: 'plain' });
    const account = (...enforced: readonly 'production'[]): Change => ({
      kind: 'account',
      entry: { accountId: 'acc_b', suspended: false, modes: enforcing(...enforced) },
    });
    expect((await ask()).status).toBe(200);
    await apply(account('production'));
    expect((await ask()).code).toBe('mtls_required');
    await apply(account());
    expect((await ask()).status).toBe(200);
    await until(() => edge.portal.acknowledged.includes(edge.portal.number()));
  });

  it('an edge that nothing happens to acknowledges all the same, every 20 seconds', async () => {
    // What an earlier change is acknowledged with may still be on its way.
    await until(() => edge.portal.acknowledged.includes(edge.portal.number()));
    const before = edge.portal.acknowledged.length;
    edge.clock.aheadMs += 20_001;
    await until(() => edge.portal.acknowledged.length > before);
    expect(edge.portal.acknowledged.at(-1)).toBe(edge.portal.number());
  });

  it('a suspension holds on both listeners', async () => {
    await apply({
      kind: 'account',
      entry: { accountId: 'acc_a', suspended: true, modes: enforcing() },
    });
    expect((await call(edge, { leaf })).code).toBe('account_suspended');
    expect((await call(edge, { listener: 'standard' })).code).toBe('account_suspended');
  });
});

describe('T16: the portal away', () => {
  it('stopped: the edge keeps deciding, and catches up when it is back', async () => {
    await edge.portal.stop();
    expect((await call(edge, { leaf })).status).toBe(200);
    edge.portal.change(revoked());
    await edge.portal.resume();
    await until(() => held() === edge.portal.number(), 8_000);
    await expect(call(edge, { leaf })).rejects.toThrow();
  });

  it('restarted without portal: decides from disk, deltas included', async () => {
    const other = testLeaf(edge.folder, 'two');
    await apply({ kind: 'certificate', entry: entryOf(other) });
    await edge.portal.stop();
    await edge.restart();
    expect((await call(edge, { leaf: other })).status).toBe(200);
    await edge.portal.resume();
  });

  it('older than SNAPSHOT_MAX_AGE: 503 edge_not_ready to all over mTLS, without it to who enforced', async () => {
    const modes = enforcing('production');
    await apply({ kind: 'account', entry: { accountId: 'acc_b', suspended: false, modes } });
    await edge.portal.stop();
    edge.clock.aheadMs = 86_401_000;
    const answers = await Promise.all([
      call(edge, { leaf }),
      call(edge, { listener: 'standard', user: 'plain' }),
      call(edge, { environment: 'sandbox', leaf }),
      call(edge, { environment: 'sandbox', listener: 'standard', user: 'plain' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 200]);
    expect(answers.map(({ code }) => code).slice(0, 3)).toEqual(Array(3).fill('edge_not_ready'));
    await edge.portal.resume();
  });

  it('a revoked token is said once, and the edge keeps deciding', async () => {
    edge.portal.answerWith(401);
    await until(() => edge.log.some((line) => line.includes('revoked')));
    await settled();
    expect(edge.log.filter((line) => line.includes('revoked'))).toHaveLength(1);
    expect((await call(edge, { leaf })).status).toBe(200);
  });
});

describe('T17: frames that are refused', () => {
  const delta = (fromNumber: number, number: number) =>
    encodeDeltaFrame({ fromNumber, number, asOfMs: Date.now(), changes: [revoked()] });

  it('forged: another key signed it', async () => {
    const number = edge.portal.number();
    const { privateKey } = generateKeyPairSync('ed25519');
    edge.portal.inject(edge.portal.seal(delta(number, number + 1), privateKey));
    await until(() => edge.log.some((line) => line.includes('forged')));
    await until(() => edge.portal.refused.includes('forged'));
    expect(held()).toBe(number);
    expect((await call(edge, { leaf })).status).toBe(200);
  });

  it('rolled back: a snapshot with a lower number', async () => {
    const number = edge.portal.number();
    const content = { certificates: [], apiClients: [], accounts: [] };
    edge.portal.inject(edge.portal.snapshot({ number: number - 1, content }));
    await until(() => edge.log.some((line) => line.includes('rollback')));
    await until(() => edge.portal.refused.includes('rollback'));
    expect(held()).toBe(number);
    expect((await call(edge, { leaf })).status).toBe(200);
  });

  it('cut short or not ours at all: the connection is given up, and the portal told why', async () => {
    const number = edge.portal.number();
    const whole = edge.portal.seal(delta(number, number + 1));
    edge.portal.inject(edge.portal.seal(whole.subarray(4, whole.length - 80)));
    await until(() => edge.portal.refused.includes('malformed'));
    expect(held()).toBe(number);
  });

  it('a gap: a whole snapshot is asked for', async () => {
    const number = edge.portal.number();
    edge.portal.inject(edge.portal.seal(delta(number + 4, number + 5)));
    await until(() => edge.portal.streams.length > 1);
    expect(edge.portal.streams.at(-1)).toBeNull();
    expect(held()).toBe(number);
  });

  it('shrunk: a snapshot that loses most of 100 certificates', async () => {
    const entries = Array.from({ length: 120 }, (_, n) => ({
      ...entryOf(leaf),
      fingerprint: new Uint8Array(32).fill(n + 1),
    }));
    await apply(...entries.map((entry): Change => ({ kind: 'certificate', entry })));
    const content = { certificates: [entryOf(leaf)], apiClients: [], accounts: [] };
    edge.portal.inject(edge.portal.snapshot({ number: edge.portal.number(), content }));
    await until(() => edge.log.some((line) => line.includes('implausible_shrink')));
    expect(edge.gateway.state()?.index.certificateCount).toBe(121);
  });

  it('a new snapshot key after enrolment', async () => {
    await edge.gateway.stop();
    edge.portal.replaceKey();
    await edge.restart();
    await until(() => edge.log.some((line) => line.includes('another snapshot key')));
    expect((await call(edge, { leaf })).status).toBe(200);
  });

  it('on disk: a flipped byte keeps the frames before it and is reported', async () => {
    const file = join(edge.config.stateDir, 'state.bin');
    await edge.gateway.stop();
    const bytes = readFileSync(file);
    bytes[bytes.length - 70] = (bytes.at(-70) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await edge.portal.stop();
    await edge.restart();
    expect(edge.log.some((line) => line.includes('no valid signature'))).toBe(true);
    expect(held()).toBeLessThan(edge.portal.number());
    await edge.portal.resume();
    await until(() => held() === edge.portal.number(), 8_000);
    expect(edge.portal.streams.at(-1)).toBeNull();
  });

  it('on disk: a heartbeat of another number does not renew the age', async () => {
    await edge.portal.stop();
    await edge.gateway.stop();
    const before = edge.gateway.state()?.asOfMs ?? 0;
    const beat = encodeHeartbeatFrame({ number: edge.portal.number() + 1, asOfMs: Date.now() });
    writeFileSync(join(edge.config.stateDir, 'heartbeat.bin'), edge.portal.seal(beat));
    await edge.restart();
    expect(edge.gateway.state()?.asOfMs).toBeLessThanOrEqual(before);
    await edge.portal.resume();
  });
});

describe('before the first snapshot', () => {
  it('every listener answers 503, then decides without a restart', async () => {
    const people = peopleOf(edge.portal);
    expect(people.length).toBeGreaterThan(0);
    await edge.gateway.stop();
    writeFileSync(join(edge.config.stateDir, 'state.bin'), '');
    writeFileSync(join(edge.config.stateDir, 'heartbeat.bin'), '');
    edge.portal.answerWith(503);
    await edge.restart();
    expect((await call(edge, { leaf })).code).toBe('edge_not_ready');
    expect((await call(edge, { listener: 'standard', user: 'plain' })).status).toBe(503);
    edge.portal.answerWith(null);
    await edge.gateway.ready;
    expect((await call(edge, { leaf })).status).toBe(200);
  });
});
