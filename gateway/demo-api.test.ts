import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DemoApi, startDemoApi } from '@/gateway/demo-api';
import { basic, TEST_PATH } from '@/gateway/testing/call';

const folder = mkdtempSync(join(tmpdir(), 'demo-api-'));
const clientsFile = join(folder, 'clients.json');
let api: DemoApi;

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
function writeClients(password: string): void {
  const client = { environment: 'production', username: 'billing', accountId: 'acc_a' };
  const clients = [{ ...client, passwordSha256Hex: sha256(password) }];
  writeFileSync(clientsFile, JSON.stringify({ clients }));
}

beforeAll(async () => {
  writeClients('first');
  api = await startDemoApi({ clientsFile, edgeSecret: 's3cret', host: '127.0.0.1', port: 0 });
});
afterAll(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

const ask = (headers: Record<string, string> = {}, path = TEST_PATH) =>
  fetch(`${api.url}${path}`, {
    headers: {
      'X-Edge-Secret': 's3cret',
      'X-Mtls-Environment': 'production',
      'X-Mtls-Account': 'acc_a',
      Authorization: basic('billing', 'first'),
      ...headers,
    },
  });

describe('the built-in API', () => {
  it('greets a caller whose account the edge vouches for', async () => {
    const reply = await ask();
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({ message: 'Hello billing', serialHex: null });
  });

  it('answers in text when text is asked for', async () => {
    const reply = await ask({ Accept: 'text/plain' });
    expect(reply.headers.get('content-type')).toMatch(/^text\/plain/);
    expect(await reply.text()).toMatch(/^Hello billing\n/);
  });

  it.each([
    ['without the secret of the edge', { 'X-Edge-Secret': '' }, 403],
    ['with another secret', { 'X-Edge-Secret': 's3cret2' }, 403],
    ['with a wrong password', { Authorization: basic('billing', 'wrong') }, 401],
    ['with an unknown name', { Authorization: basic('nobody', 'first') }, 401],
    ['without credentials', { Authorization: '' }, 401],
    ['in another environment', { 'X-Mtls-Environment': 'sandbox' }, 401],
    [
      "with a credential of another account than the certificate's",
      { 'X-Mtls-Account': 'acc_b' },
      403,
    ],
  ])('refuses a call %s', async (_title, headers, status) => {
    expect((await ask(headers)).status).toBe(status);
  });

  it('takes a changed file of clients without a restart', async () => {
    writeClients('second, longer');
    expect((await ask()).status).toBe(401);
    const headers = { Authorization: basic('billing', 'second, longer') };
    expect((await ask(headers)).status).toBe(200);
    writeFileSync(clientsFile, 'not json');
    expect((await ask(headers)).status).toBe(401);
    writeClients('first');
    expect((await ask()).status).toBe(200);
  });
});
