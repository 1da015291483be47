/** One way in to the API, as the conformance table calls it: the edge itself, or a proxy beside it. */
import { connect as connectHttp2 } from 'node:http2';
import { Agent } from 'node:https';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { basic, type Call, call, portOf, TEST_PATH } from '@/gateway/testing/call';
import { entryOf, type TestLeaf, testLeaf } from '@/gateway/testing/leaves';
import { type Setting, until } from '@/gateway/testing/setting';
import type { Change } from '@/lib/edge/state';

export const PRODUCTS = ['gateway', 'nginx', 'HAProxy', 'Caddy'] as const;
export type Product = (typeof PRODUCTS)[number];

export type Leaves = Record<
  'live' | 'sandbox' | 'other' | 'revoked' | 'expired' | 'early' | 'server' | 'stranger',
  TestLeaf
>;

export type Face = {
  product: Product;
  setting: Setting;
  leaves: Leaves;
  /** Resolves when every change made so far is in force here. */
  settled(): Promise<void>;
  /** A certificate of acc_a in production that no other case uses. */
  ownLeaf(): Promise<TestLeaf>;
  revoke(leaf: TestLeaf): Promise<void>;
};

export async function leavesFor(setting: Setting): Promise<Leaves> {
  const { folder } = setting;
  const leaves: Leaves = {
    live: testLeaf(folder, 'live'),
    sandbox: testLeaf(folder, 'sandbox'),
    other: testLeaf(folder, 'other'),
    revoked: testLeaf(folder, 'revoked'),
    expired: testLeaf(folder, 'expired', 'clientAuth', -1),
    early: testLeaf(folder, 'early'),
    server: testLeaf(folder, 'server', 'serverAuth'),
    stranger: testLeaf(folder, 'stranger'),
  };
  const now = Math.floor(Date.now() / 1000);
  const put = (leaf: TestLeaf, differs = {}): Change => ({
    kind: 'certificate',
    entry: entryOf(leaf, differs),
  });
  setting.portal.change(
    put(leaves.live),
    put(leaves.sandbox, { environment: 'sandbox' }),
    put(leaves.other, { accountId: 'acc_b' }),
    put(leaves.revoked, { revokedAt: now - 1 }),
    put(leaves.expired, { notBefore: now - 86_400, notAfter: now - 1 }),
    put(leaves.early, { notBefore: now + 3600 }),
    put(leaves.server),
  );
  await until(() => setting.gateway.state()?.number === setting.portal.number());
  return leaves;
}

export function faceOf(input: {
  product: Product;
  setting: Setting;
  leaves: Leaves;
  settled(): Promise<void>;
}): Face {
  const { product, setting, settled } = input;
  let made = 0;
  return {
    ...input,
    async ownLeaf() {
      made += 1;
      const leaf = testLeaf(setting.folder, `${product}-${made}`);
      setting.portal.change({ kind: 'certificate', entry: entryOf(leaf) });
      await settled();
      return leaf;
    },
    async revoke(leaf) {
      const revokedAt = Math.floor(Date.now() / 1000) - 1;
      setting.portal.change({ kind: 'certificate', entry: entryOf(leaf, { revokedAt }) });
      await settled();
    },
  };
}

/** `passed`, `status code`, or `no answer` when the connection ends without one. */
export async function outcomeOf(face: Face, options: Call): Promise<string> {
  try {
    const { status, code } = await call(face.setting, options);
    return worded(status, code);
  } catch (error) {
    return endedWithoutAnswer(error);
  }
}

/** The outcomes of calls on one connection, with something done between them. */
export async function outcomesOnOneConnection(
  face: Face,
  leaf: TestLeaf,
  between: () => Promise<void>,
): Promise<string> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const first = await outcomeOf(face, { leaf, agent });
  await between();
  const second = await outcomeOf(face, { leaf, agent });
  agent.destroy();
  return `${first}, then ${second}`;
}

/** The outcome of one HTTP/2 request, or of several on one session. */
export async function http2Outcomes(
  face: Face,
  options: { leaf: TestLeaf; authority?: string; between?: () => Promise<void> },
): Promise<string> {
  const { leaf, between } = options;
  const session = connectHttp2(`https://localhost:${portOf(face.setting, {})}`, {
    ca: face.setting.ca(),
    cert: leaf.cert,
    key: leaf.key,
  });
  session.on('error', () => undefined);
  const ask = () =>
    new Promise<string>((resolve) => {
      if (session.closed || session.destroyed) {
        resolve('no answer');
        return;
      }
      const stream = session.request({
        ':path': TEST_PATH,
        ':authority': options.authority ?? 'localhost',
        authorization: basic('billing'),
      });
      let status = 0;
      let body = '';
      stream.setEncoding('utf8');
      stream.on('response', (head) => {
        status = head[':status'] ?? 0;
      });
      stream.on('data', (chunk) => {
        body += chunk;
      });
      stream.on('error', () => undefined);
      stream.on('close', () => resolve(status === 0 ? 'no answer' : worded(status, codeIn(body))));
      stream.end();
    });
  const outcomes = [await ask()];
  if (between !== undefined) {
    await between();
    outcomes.push(await ask());
  }
  session.destroy();
  return outcomes.join(', then ');
}

/** A connection of `first`, whose session the second one offers without a certificate of its own. */
export async function outcomeOfResumption(
  face: Face,
  input: {
    version: 'TLSv1.2' | 'TLSv1.3';
    leaf: TestLeaf | null;
    from: 'mtls' | 'standard';
    between: () => Promise<void>;
  },
): Promise<string> {
  const sessions: Buffer[] = [];
  const { leaf } = input;
  const first = tlsTo(face, {
    version: input.version,
    listener: input.from,
    ...(leaf === null ? {} : { leaf }),
  });
  first.on('session', (session) => sessions.push(session));
  const user = input.from === 'standard' ? 'plain' : 'billing';
  const before = await askOn(first, user);
  if (before !== 'passed') return `first ${before}`;
  await input.between();
  const session = sessions.at(-1);
  const second = tlsTo(face, {
    version: input.version,
    listener: 'mtls',
    // Where none was given there is none to offer: the same as one that is not taken.
    ...(session === undefined ? {} : { session }),
  });
  let kind = 'no handshake';
  second.on('secureConnect', () => {
    kind = second.isSessionReused() ? 'resumed' : 'not resumed';
  });
  const after = await askOn(second, 'billing');
  return `${kind}, ${after}`;
}

function tlsTo(
  face: Face,
  options: {
    version: 'TLSv1.2' | 'TLSv1.3';
    listener: 'mtls' | 'standard';
    leaf?: TestLeaf;
    session?: Buffer;
  },
): TLSSocket {
  const { version, leaf, session, listener } = options;
  const socket = connectTls({
    host: '127.0.0.1',
    port: portOf(face.setting, { listener }),
    ca: face.setting.ca(),
    servername: 'localhost',
    minVersion: version,
    maxVersion: version,
    ...(leaf === undefined ? {} : { cert: leaf.cert, key: leaf.key }),
    ...(session === undefined ? {} : { session }),
  });
  socket.on('error', () => undefined);
  return socket;
}

/** One request with `Connection: close`, read to its end. */
function askOn(socket: TLSSocket, user: string): Promise<string> {
  const lines = [
    `GET ${TEST_PATH} HTTP/1.1`,
    'Host: localhost',
    `Authorization: ${basic(user)}`,
    'Connection: close',
  ];
  return new Promise((resolve) => {
    let seen = '';
    socket.on('secureConnect', () => socket.write(`${lines.join('\r\n')}\r\n\r\n`));
    socket.on('data', (chunk) => {
      seen += chunk.toString('latin1');
    });
    socket.on('close', () => {
      const status = Number(/^HTTP\/1\.1 (\d+)/.exec(seen)?.[1] ?? 0);
      resolve(status === 0 ? 'no answer' : worded(status, codeIn(seen)));
    });
  });
}

function worded(status: number, code: string | null): string {
  if (status >= 200 && status < 300) return 'passed';
  return code === null ? String(status) : `${status} ${code}`;
}

function codeIn(text: string): string | null {
  return /"code":"([a-z_]+)"/.exec(text)?.[1] ?? null;
}

function endedWithoutAnswer(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  if (code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNABORTED') return 'no answer';
  throw error;
}
