import { mkdtempSync } from 'node:fs';
import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { takeReport } from '@/lib/activity/reports';
import { issueCertificate } from '@/lib/certificates/issue';
import { acrossAccounts } from '@/lib/platform/database';
import { deployment, setDeployment } from '@/lib/platform/deployment';
import { setProcessWide } from '@/lib/platform/process-wide';
import { createEdge } from '@/lib/publishing/edges';
import { socketSigner } from '@/lib/signer/socket-client';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { healthFront } from './front';

const TOKEN = 'a token for scrapes of tests';
// An answer that a busy machine is late with is asked for again.
const IN_TIME = { timeout: 30_000 };
let portal: TestPortal;
let server: Server;
let url = '';
beforeAll(async () => {
  portal = await openTestPortal();
  const front = healthFront({ token: TOKEN });
  server = createServer((request, response) => {
    if (!front.take(request, response)) response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  url = `http://127.0.0.1:${Object(server.address() satisfies AddressInfo | string | null).port}`;
});
afterAll(async () => {
  server.close();
  await portal.stop();
});

const scraped = async () => {
  const headers = { Authorization: `Bearer ${TOKEN}` };
  return (await fetch(`${url}/metrics`, { headers })).text();
};
async function ready(): Promise<{ status: number; body: Record<string, unknown> }> {
  // What was found is kept for a second.
  setProcessWide('readiness', { atMs: 0, found: null });
  const response = await fetch(`${url}/readyz`);
  return { status: response.status, body: await response.json() };
}

it('metrics are for whoever has the token, and without one are not there', async () => {
  expect((await fetch(`${url}/metrics`)).status).toBe(401);
  const wrong = { headers: { Authorization: `Bearer ${TOKEN}x` } };
  expect((await fetch(`${url}/metrics`, wrong)).status).toBe(401);
  expect(await scraped()).toContain('countersign_snapshot_number');
  let taken = true;
  const closed = createServer((request, response) => {
    taken = healthFront({ token: null }).take(request, response);
    response.writeHead(404).end();
  });
  await new Promise<void>((done) => closed.listen(0, '127.0.0.1', done));
  await fetch(`http://127.0.0.1:${Object(closed.address()).port}/metrics`);
  closed.close();
  expect(taken).toBe(false);
});

it('issuing, verdicts, queues and edges are counted, and nothing in them names a customer', async () => {
  const account = await portal.newAccount();
  const request = { csr: opensslCsr().csr, environment: 'sandbox' } as const;
  const made = await issueCertificate(account.as('admin'), request);
  const { id } = await createEdge(testScope, 'edge-1');
  const edge = await acrossAccounts(testScope, (tx) =>
    tx.edge.findUniqueOrThrow({ where: { id } }),
  );
  const at = new Date().toISOString();
  const kind = {
    environment: 'sandbox',
    listener: 'mtls',
    evidence: 'certificate',
    fingerprint: made.sha256Fingerprint.toLowerCase(),
    nameHash: null,
    network: '127.0.0.0/24',
    userAgent: null,
    firstAt: at,
    lastAt: at,
  } as const;
  const report = {
    appliedNumber: 1,
    reportId: 'one',
    lost: 0,
    firstSuccesses: [],
    successes: [],
    refusals: [],
    counts: [
      { ...kind, outcome: 'passed', calls: 3 },
      { ...kind, outcome: 'certificate_revoked', calls: 2 },
      { ...kind, outcome: 'made-up-by-an-edge', calls: 1 },
    ],
  };
  await takeReport(edge, report, 'req_1');
  // The same again is no more calls.
  await takeReport(edge, report, 'req_1');
  await expect.poll(scraped, IN_TIME).toContain('countersign_signer_up 1');
  const text = await scraped();
  for (const line of [
    'countersign_issuance_total{environment="sandbox",result="issued"}',
    'countersign_signer_seconds_count{operation="certificate",result="signed"}',
    'countersign_verdicts_total{environment="sandbox",listener="mtls",outcome="passed"} 3',
    'countersign_verdicts_total{environment="sandbox",listener="mtls",outcome="certificate_revoked"} 2',
    'countersign_verdicts_total{environment="sandbox",listener="mtls",outcome="other"} 1',
    'countersign_edge_changes_behind{edge="edge-1"}',
    'countersign_queue_depth{queue="outbox"}',
    'countersign_queue_depth{queue="mail"}',
    'countersign_database_up 1',
  ]) {
    expect(text).toContain(line);
  }
  for (const secret of [account.id, made.id, made.commonName, kind.fingerprint]) {
    expect(text).not.toContain(secret);
  }
});

it('a portal says that it is ready; without its signer it is degraded and goes on', async () => {
  const checks = { database: 'ok', migrations: 'ok', publisher: 'ok', signer: 'ok' };
  await expect.poll(ready, IN_TIME).toEqual({ status: 200, body: { status: 'ready', checks } });
  const path = join(mkdtempSync(join(tmpdir(), 'countersign-none-')), 'signer.sock');
  const whole = deployment();
  const signer = socketSigner({ path, secret: 'of no signer at all', intents: 'sent' });
  setDeployment({ ...whole, signer });
  const words = 'does not answer: nothing is issued until it does';
  await expect.poll(ready, IN_TIME).toEqual({
    status: 200,
    body: { status: 'degraded', checks: { ...checks, signer: words } },
  });
  setDeployment(whole);
});

it('a portal without its database is not ready, and says so without the words of the driver', async () => {
  setProcessWide('database-closing', true);
  const { status, body } = await ready();
  const text = await scraped();
  setProcessWide('database-closing', false);
  expect(status).toBe(503);
  expect(body).toMatchObject({
    status: 'unready',
    checks: { database: 'does not answer', migrations: 'unknown', publisher: 'unknown' },
  });
  expect(JSON.stringify(body)).not.toMatch(/stopping|postgres|AppError/i);
  expect(text).toContain('countersign_database_up 0');
  expect(text).not.toContain('countersign_queue_depth{');
});
