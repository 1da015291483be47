import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '@/gateway/testing/call';
import { type TestPortal, testPortal } from '@/gateway/testing/portal';
import { peopleOf, until } from '@/gateway/testing/setting';

const MAIN = join(import.meta.dirname, 'main.ts');

let folder: string;
let portal: TestPortal;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'edge-main-'));
  portal = await testPortal();
  portal.change(...peopleOf(portal));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await portal.stop();
  rmSync(folder, { recursive: true });
});

function environment(changes: Record<string, string> = {}): NodeJS.ProcessEnv {
  return {
    NODE_ENV: 'production',
    PATH: process.env.PATH,
    PORTAL_URL: portal.url,
    EDGE_TOKEN: portal.token,
    EDGE_STATE_DIR: join(folder, 'state'),
    EDGE_PRODUCTION_MTLS_PORT: '0',
    EDGE_PRODUCTION_STANDARD_PORT: '0',
    EDGE_SANDBOX_MTLS_PORT: '0',
    EDGE_SANDBOX_STANDARD_PORT: '0',
    ...changes,
  };
}

type Ports = Record<string, { standard: number }>;

async function forked(
  changes: Record<string, string> = {},
): Promise<{ child: ChildProcess; ports: Ports }> {
  const env = environment(changes);
  const child = fork(MAIN, { execArgv: ['--import', 'tsx'], env, silent: true });
  children.push(child);
  const message = await new Promise<{ ready: boolean; ports: Ports }>((resolve) => {
    child.once('message', resolve);
  });
  expect(message.ready).toBe(true);
  return { child, ports: message.ports };
}

const exitOf = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));

describe('gateway/main.ts', () => {
  it('says once that it is ready, answers, and stops at SIGTERM with status 0', async () => {
    const { child, ports } = await forked();
    const url = `https://localhost:${ports.sandbox?.standard}/`;
    const done = await run('curl', ['-sS', '--cacert', join(folder, 'state/server-ca.pem'), url]);
    expect(JSON.parse(done.stdout)).toMatchObject({ code: 'api_client_required', status: 401 });
    const ended = exitOf(child);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  }, 20_000);

  it('without listeners of its own is ready for other proxies, and stops like any other', async () => {
    const socket = join(folder, 'authorizer.sock');
    const { child } = await forked({ EDGE_LISTENERS: 'off', EDGE_AUTHORIZER_SOCKET: socket });
    const asked = ['-sS', '-o', '-', '-w', '%{http_code}', '--unix-socket', socket];
    const done = await run('curl', [...asked, 'http://edge/authorize/production/standard']);
    expect(done.stdout).toMatch(/"code":"edge_not_ready".*503$/);
    const ended = exitOf(child);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  }, 20_000);

  it('stops when its parent goes away', async () => {
    const { child } = await forked();
    const ended = exitOf(child);
    child.disconnect();
    expect(await ended).toBe(0);
  }, 20_000);

  it('keeps its secrets to its user: directory 0700, every file 0600', async () => {
    const { child } = await forked();
    const state = join(folder, 'state');
    await until(() => existsSync(join(state, 'state.bin')));
    expect(statSync(state).mode & 0o777).toBe(0o700);
    for (const file of ['state.bin', 'enrolment.json', 'server-key.pem', 'server-ca-key.pem']) {
      expect(statSync(join(state, file)).mode & 0o777).toBe(0o600);
    }
    child.kill('SIGTERM');
  }, 20_000);

  it.each([
    ['no token', { EDGE_TOKEN: '' }, /EDGE_TOKEN or EDGE_TOKEN_FILE/],
    [
      'a token file that is not there',
      { EDGE_TOKEN: '', EDGE_TOKEN_FILE: '/nonexistent' },
      /\/nonexistent/,
    ],
    ['an address that is none', { PORTAL_URL: 'portal' }, /PORTAL_URL/],
    ['half a certificate', { EDGE_TLS_CERT_FILE: '/a.pem' }, /both/],
    ['a port that is none', { EDGE_SANDBOX_MTLS_PORT: '70000' }, /EDGE_SANDBOX_MTLS_PORT/],
  ])(
    '%s: one clear line and status 1',
    async (_title, changes, line) => {
      const { code, text } = await refusedStart(changes);
      expect(code).toBe(1);
      expect(text.trim().split('\n')).toHaveLength(1);
      expect(text).toMatch(line);
    },
    20_000,
  );

  it('a port in use: one line that names port and setting, status 1', async () => {
    const blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    const address = blocker.address();
    const port = address === null || typeof address === 'string' ? 0 : address.port;
    const { code, text } = await refusedStart({ EDGE_SANDBOX_STANDARD_PORT: String(port) });
    blocker.close();
    expect(code).toBe(1);
    expect(text).toMatch(new RegExp(`port ${port} .*in use.*EDGE_SANDBOX_STANDARD_PORT`));
    expect(text.trim().split('\n')).toHaveLength(1);
  }, 20_000);
});

async function refusedStart(
  changes: Record<string, string>,
): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN], { env: environment(changes) });
  children.push(child);
  let text = '';
  child.stderr.on('data', (chunk) => {
    text += chunk;
  });
  return { code: await exitOf(child), text };
}
