/** TLS and HTTP clients for tests. */
import { execFile } from 'node:child_process';
import { Agent, request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import type { TestLeaf } from '@/gateway/testing/leaves';
import { PASSWORD, type Setting } from '@/gateway/testing/setting';
import type { Environment } from '@/lib/kernel/environments';

export type Answer = {
  status: number;
  headers: NodeJS.Dict<string | string[]>;
  body: string;
  code: string | null;
};

export const basic = (name: string, password = PASSWORD) =>
  `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}`;

/** Longer than anything takes on a busy machine, and than the edge lets a silent client wait. */
const LONG_MS = 25_000;

export const TEST_PATH = '/connection/v1/testauthentication';

export type Call = {
  environment?: Environment;
  listener?: 'mtls' | 'standard';
  leaf?: TestLeaf;
  agent?: Agent;
  method?: string;
  path?: string;
  user?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  servername?: string;
  maxVersion?: 'TLSv1.2' | 'TLSv1.3';
};

/** One HTTPS request through node:https. Rejects when the connection ends without an answer. */
export function call(setting: Setting, options: Call = {}): Promise<Answer> {
  const { leaf, headers = {}, user = 'billing' } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request({
      host: '127.0.0.1',
      port: portOf(setting, options),
      ca: setting.ca(),
      servername: options.servername ?? 'localhost',
      method: options.method ?? 'GET',
      path: options.path ?? TEST_PATH,
      agent: options.agent ?? new Agent({ keepAlive: false }),
      headers: {
        Host: 'localhost',
        ...(user === '' ? {} : { Authorization: basic(user) }),
        ...headers,
      },
      ...(leaf === undefined ? {} : { cert: leaf.cert, key: leaf.key }),
      ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion }),
    });
    outgoing.on('error', reject);
    outgoing.on('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk) => chunks.push(chunk));
      incoming.on('error', reject);
      incoming.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        resolve({
          status: incoming.statusCode ?? 0,
          headers: incoming.headers,
          body,
          code: codeOf(body),
        });
      });
    });
    outgoing.end(options.body);
  });
}

/**
 * Writes `bytes` as soon as the client's side of TLS is done, and returns all that came back until the other side
 * ended; ends with `(still open)` when it did not.
 * @param options.listenMs for how long after the first byte, for what is left open
 */
export function raw(
  setting: Setting,
  bytes: string,
  options: Call & { listenMs?: number } = {},
): Promise<string> {
  return new Promise((resolve) => {
    let seen = '';
    const socket = open(setting, options);
    const leave = () => {
      if (!socket.closed) seen += '(still open)';
      socket.destroy();
    };
    socket.on('secureConnect', () => socket.write(bytes, 'latin1'));
    socket.on('data', (chunk) => {
      if (seen === '' && options.listenMs !== undefined)
        setTimeout(leave, options.listenMs).unref();
      seen += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(seen));
    setTimeout(leave, LONG_MS).unref();
  });
}

export function open(setting: Setting, options: Call = {}): TLSSocket {
  const { leaf } = options;
  return connect({
    host: '127.0.0.1',
    port: portOf(setting, options),
    ca: setting.ca(),
    servername: options.servername ?? 'localhost',
    ...(leaf === undefined ? {} : { cert: leaf.cert, key: leaf.key }),
    ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion }),
  });
}

export function portOf(setting: Setting, options: Call): number {
  return setting.gateway.ports[options.environment ?? 'production'][options.listener ?? 'mtls'];
}

/** Runs a real client; resolves with its exit status too, never rejects. */
export function run(
  command: string,
  args: readonly string[],
  input = '',
): Promise<{ status: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { timeout: 15_000 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ status, stdout, stderr });
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}

function codeOf(body: string): string | null {
  const found = /"code":"([a-z_]+)"/.exec(body);
  return found?.[1] ?? null;
}
