/** The other end of the edge's protocol, for tests: real frames, real signatures, real HTTP. */
import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ReportBatch } from '@/gateway/reporter';
import { acknowledgementBody } from '@/lib/contract/edge-protocol';
import {
  apiClientNameHash,
  encodeDeltaFrame,
  encodeHeartbeatFrame,
  encodeSnapshotFrame,
  sealFrame,
} from '@/lib/edge/frames';
import type {
  AccountEntry,
  ApiClientEntry,
  CertificateEntry,
  Change,
  SnapshotContent,
} from '@/lib/edge/state';
import type { Environment } from '@/lib/kernel/environments';

export type TestPortal = {
  url: string;
  token: string;
  number(): number;
  acknowledged: number[];
  /** Why edges said that they refused frames. */
  refused: string[];
  reports: ReportBatch[];
  /** `after` of every stream request, null when missing. */
  streams: (number | null)[];
  nameHash(environment: Environment, name: string): Uint8Array;
  /** Applies changes and pushes them. */
  change(...changes: Change[]): void;
  /** Sends these bytes on every open stream, whatever they are. */
  inject(bytes: Uint8Array): void;
  seal(payload: Uint8Array, key?: KeyObject): Uint8Array;
  snapshot(input: { number: number; content: SnapshotContent }): Uint8Array;
  /** What every request is answered with from now on; null for the usual. */
  answerWith(status: number | null): void;
  replaceKey(): void;
  /** Stops listening and cuts every connection. */
  stop(): Promise<void>;
  /** Listens again on the same port. */
  resume(): Promise<void>;
};

const HEARTBEAT_MS = 200;

export async function testPortal(initial: readonly Change[] = []): Promise<TestPortal> {
  const token = randomBytes(16).toString('hex');
  const nameKey = randomBytes(32);
  let keys = generateKeyPairSync('ed25519');
  const held = contentHeld();
  const streams = new Set<ServerResponse>();
  let number = 1;
  let status: number | null = null;
  let port = 0;
  for (const change of initial) held.put(change);

  const seal = (payload: Uint8Array, key: KeyObject = keys.privateKey) =>
    sealFrame(payload, sign(null, payload, key));
  const snapshot: TestPortal['snapshot'] = (input) =>
    seal(encodeSnapshotFrame({ ...input, asOfMs: Date.now(), nameKey }));

  const portal: TestPortal = {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    token,
    number: () => number,
    acknowledged: [],
    refused: [],
    reports: [],
    streams: [],
    nameHash: (environment, name) => apiClientNameHash(nameKey, environment, name),
    change(...changes) {
      for (const change of changes) held.put(change);
      const fromNumber = number;
      number += 1;
      portal.inject(seal(encodeDeltaFrame({ fromNumber, number, asOfMs: Date.now(), changes })));
    },
    inject(bytes) {
      for (const stream of streams) stream.write(bytes);
    },
    seal,
    snapshot,
    answerWith(next) {
      status = next;
      for (const stream of streams) stream.destroy();
    },
    replaceKey() {
      keys = generateKeyPairSync('ed25519');
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    async resume() {
      server = build();
      port = await listen(server, port);
    },
  };

  const newest = () => number;
  const beat = () => seal(encodeHeartbeatFrame({ number, asOfMs: Date.now() }));
  const whole = () => snapshot({ number, content: held.content() });
  const stream = streaming({ portal, streams, newest, beat, whole });
  const publicKey = () => keys.publicKey.export({ type: 'spki', format: 'der' });
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const known = request.headers.authorization === `Bearer ${token}`;
    const refusal = status ?? (known ? null : 401);
    if (refusal !== null) response.writeHead(refusal).end();
    else await route({ portal, publicKey, stream, request, response });
  };
  const build = () => createServer((request, response) => void serve(request, response));
  let server = build();
  port = await listen(server, 0);
  return portal;
}

function streaming(input: {
  portal: TestPortal;
  streams: Set<ServerResponse>;
  newest(): number;
  beat(): Uint8Array;
  whole(): Uint8Array;
}): (after: string | null, response: ServerResponse) => void {
  return (after, response) => {
    input.portal.streams.push(after === null ? null : Number(after));
    response.writeHead(200, { 'Content-Type': 'application/octet-stream' });
    const current = after !== null && Number(after) === input.newest();
    response.write(current ? input.beat() : input.whole());
    const timer = setInterval(() => response.write(input.beat()), HEARTBEAT_MS);
    input.streams.add(response);
    response.on('close', () => {
      clearInterval(timer);
      input.streams.delete(response);
    });
  };
}

async function route(input: {
  portal: TestPortal;
  publicKey(): Buffer;
  stream(after: string | null, response: ServerResponse): void;
  request: IncomingMessage;
  response: ServerResponse;
}): Promise<void> {
  const { portal, request, response } = input;
  const url = new URL(request.url ?? '/', 'http://portal');
  if (url.pathname === '/api/edge/v1/snapshot') {
    input.stream(url.searchParams.get('after'), response);
    return;
  }
  const body = await bodyOf(request);
  const snapshotKey = input.publicKey().toString('base64');
  switch (url.pathname) {
    case '/api/edge/v1/enrolment':
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify({ edgeId: 'edg_1', name: 'one', snapshotKey }));
      return;
    case '/api/edge/v1/acknowledgements': {
      const said = acknowledgementBody.parse(JSON.parse(body));
      portal.acknowledged.push(said.number);
      if (said.refused) portal.refused.push(said.refused.reason);
      break;
    }
    case '/api/edge/v1/reports':
      portal.reports.push(JSON.parse(body));
      break;
  }
  response.writeHead(204).end();
}

function contentHeld(): { put(change: Change): void; content(): SnapshotContent } {
  const certificates = new Map<string, CertificateEntry>();
  const apiClients = new Map<string, ApiClientEntry>();
  const accounts = new Map<string, AccountEntry>();
  const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
  return {
    put(change) {
      switch (change.kind) {
        case 'certificate':
          certificates.set(hex(change.entry.fingerprint), change.entry);
          break;
        case 'certificate_removed':
          certificates.delete(hex(change.fingerprint));
          break;
        case 'api_client':
          apiClients.set(hex(change.entry.nameHash), change.entry);
          break;
        case 'api_client_removed':
          apiClients.delete(hex(change.nameHash));
          break;
        case 'account':
          accounts.set(change.entry.accountId, change.entry);
          break;
      }
    },
    content: () => ({
      certificates: certificates.values(),
      apiClients: apiClients.values(),
      accounts: accounts.values(),
    }),
  };
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve) => {
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(address === null || typeof address === 'string' ? 0 : address.port);
    });
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}
