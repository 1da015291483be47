import { createPublicKey } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiClient } from '@/lib/api-clients/manage';
import { frameReader, MAX_FRAME_BYTES, openFrame } from '@/lib/edge/frame-reader';
import { deployment } from '@/lib/platform/deployment';
import { openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { createEdge, disableEdge } from './edges';
import { publisher } from './publisher';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

function opener() {
  const reader = frameReader({ maxFrameBytes: MAX_FRAME_BYTES });
  const key = createPublicKey({
    key: Buffer.from(deployment().snapshotPublicKeyDer),
    format: 'der',
    type: 'spki',
  });
  return (bytes: Uint8Array) => {
    const [sealed] = reader.push(bytes);
    const frame = sealed ? openFrame(sealed, key) : null;
    if (!frame) throw new Error('not one whole frame signed by the deployment');
    return frame;
  };
}

it('an edge gets a snapshot, then each change as a delta, and after a break only what it missed', async () => {
  const account = await portal.newAccount();
  const edge = await createEdge(testScope, `edge ${account.id}`);
  const open = opener();
  const stream = publisher().stream(edge.id, null);
  const first = open((await stream.next()).value ?? new Uint8Array());
  expect(first.kind).toBe('snapshot');

  await createApiClient(testScope, {
    accountId: account.id,
    environment: 'sandbox',
    name: `pushed-${account.id}`,
  });
  let held = first.number;
  for (;;) {
    const frame = open((await stream.next()).value ?? new Uint8Array());
    if (frame.kind === 'heartbeat') continue;
    expect(frame.kind).toBe('delta');
    held = frame.number;
    break;
  }
  expect(held).toBeGreaterThan(first.number);
  await stream.return();

  await createApiClient(testScope, {
    accountId: account.id,
    environment: 'production',
    name: `missed-${account.id}`,
  });
  const again = publisher().stream(edge.id, held);
  let caughtUp = open((await again.next()).value ?? new Uint8Array());
  while (caughtUp.kind === 'heartbeat') {
    caughtUp = open((await again.next()).value ?? new Uint8Array());
  }
  expect(caughtUp).toMatchObject({ kind: 'delta', fromNumber: held, number: held + 1 });
  await again.return();
});

it('an edge that is disabled hears no more', async () => {
  const edge = await createEdge(testScope, 'short-lived');
  const stream = publisher().stream(edge.id, null);
  await stream.next();
  await disableEdge(testScope, edge.id);
  let frames = 0;
  for await (const _frame of stream) frames += 1;
  expect(frames).toBeLessThan(3);
});

it('an edge whose number lies outside the outbox starts again from a snapshot', async () => {
  const edge = await createEdge(testScope, 'from another database');
  const stream = publisher().stream(edge.id, 1_000_000);
  expect(opener()((await stream.next()).value ?? new Uint8Array()).kind).toBe('snapshot');
  await stream.return();
});
