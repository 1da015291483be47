/**
 * The edge's decision for a proxy that somebody runs already: nginx, Caddy or Envoy asks before it passes a
 * call on, and copies the identity headers of the answer. Loopback only, or a Unix socket: who may ask is who may
 * write identity headers.
 */
import { timingSafeEqual } from 'node:crypto';
import { existsSync, lstatSync, rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { countPassed } from '@/gateway/counting';
import {
  type Edge,
  endsConnection,
  judge,
  newRequestId,
  reportRefusal,
  reportSuccess,
} from '@/gateway/exchange';
import {
  firstValue,
  type Head,
  type HeadServer,
  headServer,
  linesText,
  type Reply,
} from '@/gateway/head-server';
import { type LeafReader, leafReader } from '@/gateway/leaf-header';
import {
  type Manner,
  type Place,
  placeOf,
  QUESTION_HEADERS,
  type Question,
  questionOf,
} from '@/gateway/question';
import { problemOf } from '@/gateway/refusal';
import { messageOf } from '@/gateway/state-store';
import { type Allowed, decide, passesUnderEnforcement, type RequestFacts } from '@/lib/edge/decide';
import { type HeaderLine, writtenHeaders } from '@/lib/edge/headers';
import { type Identity, identityOf } from '@/lib/edge/identity';
import type { RefusalCode } from '@/lib/kernel/refusals';

export type AuthorizerOptions = {
  edge: Edge;
  /** On loopback; null: none. */
  port: number | null;
  /** What a proxy has to know to ask over the port. */
  secret: string | null;
  /** Where the file's owner and group may ask; null: none. */
  socketPath: string | null;
  log(line: string): void;
};

export type OpenAuthorizer = {
  /** Null when there is none. */
  port: number | null;
  close(): void;
};

/** @throws Error when port or path cannot be used, or a port is given without a secret */
export async function openAuthorizer(options: AuthorizerOptions): Promise<OpenAuthorizer> {
  const { port, secret, socketPath, log } = options;
  const read = reader(options.edge, leafReader());
  const asking = { ...options, read, once: saidOnce(log) };
  const onFault = (error: unknown) => log(`authorizer: a question failed: ${messageOf(error)}`);
  const servers: HeadServer[] = [];
  let openPort: number | null = null;
  if (socketPath !== null) {
    const over = headServer((head, id) => answer(asking, head, id), onFault);
    servers.push(over);
    await listenOnSocket(over.server, socketPath);
  }
  if (port !== null) {
    if (secret === null) throw new Error('an authorizer on a port needs a secret');
    const isProxy = secretCheck(secret);
    const over = headServer((head, id) => {
      if (isProxy(head)) return answer(asking, head, id);
      asking.once(`a subrequest without the right ${QUESTION_HEADERS.secret} was refused`);
      return { status: 403, head: linesOf({ 'Content-Length': '0' }), body: '' };
    }, onFault);
    servers.push(over);
    openPort = await listenOnLoopback(over.server, port);
  }
  return {
    port: openPort,
    close() {
      for (const server of servers) server.close();
    },
  };
}

type Asking = AuthorizerOptions & { read(head: Head): Read; once(line: string): void };

/** What a head says, whenever it is said. */
type Read =
  | {
      place: Place;
      question: Question;
      identity: Identity;
      userAgent: string | null;
      /** The identity headers last written for it, and for which verdict. */
      written: { of: string; text: string } | null;
    }
  | { place: Place | null; unclear: string };

/** Reads each head once. */
function reader(edge: Edge, leaves: LeafReader): (head: Head) => Read {
  const known = new WeakMap<Head, Read>();
  const read = (head: Head): Read => {
    const place = placeOf(head.target);
    if (place === null) return { place, unclear: `${head.target.slice(0, 80)} is no such place` };
    const question = questionOf(head.lines, place, leaves);
    if ('unclear' in question) return { place, unclear: question.unclear };
    const identity = identityOf(question.lines, edge.sources);
    return { place, question, identity, userAgent: firstValue(head, 'user-agent'), written: null };
  };
  return (head) => {
    const before = known.get(head);
    if (before !== undefined) return before;
    const now = read(head);
    known.set(head, now);
    return now;
  };
}

function answer(asking: Asking, head: Head, proxysId: string | null): Reply {
  const { edge } = asking;
  const requestId = proxysId ?? newRequestId();
  const read = asking.read(head);
  if ('unclear' in read) {
    const { place } = read;
    const where = place === null ? '' : ` for ${place.environment} ${place.listener}`;
    asking.once(`subrequests${where}: ${read.unclear}`);
    const manner = place?.manner ?? 'auth_request';
    return denial({ manner, code: 'edge_not_ready', close: 'no' }, requestId);
  }
  const { question, userAgent } = read;
  const verdict = verdictOn(edge, read);
  if ('code' in verdict) {
    const { code, apiClientName } = verdict;
    reportRefusal(edge, question, { code, requestId, apiClientName, userAgent });
    const close = endsConnection(question, code) ? 'yes' : 'no';
    return denial({ manner: read.place.manner, code, close }, requestId);
  }
  const { httpVersion } = question;
  reportSuccess(edge, question, { requestId, verdict: verdict.allowed, userAgent, httpVersion });
  // What the API answers is not told to us: without a certificate nothing shows whose call it was.
  const evidence = question.listener === 'mtls' ? 'certificate' : 'unproved';
  countPassed(edge, question, { verdict: verdict.allowed, evidence, userAgent });
  return allowance(edge, read, { requestId, verdict: verdict.allowed });
}

type Understood = Exclude<Read, { unclear: string }>;

/** The connection first, as at our own listeners: without a live certificate nothing of the request is told. */
function verdictOn(
  edge: Edge,
  { question, identity }: Understood,
): { allowed: Allowed } | { code: RefusalCode; apiClientName: string | null } {
  const names = 'names' in identity ? identity.names : [];
  const [name = null, ...others] = names;
  const onConnection = judge(edge, question);
  if (!onConnection.allow) {
    const { code } = onConnection;
    const told = !endsConnection(question, code) && others.every((other) => other === name);
    return { code, apiClientName: told ? name : null };
  }
  if (question.lines.some((line) => line.name === 'upgrade')) {
    return { code: 'upgrade_refused', apiClientName: null };
  }
  if ('malformed' in identity) return { code: 'malformed_request', apiClientName: null };
  const facts: RequestFacts = { ...question, apiClientNames: names };
  const { policy } = edge;
  const verdict = decide({ facts, state: edge.state(), policy, nowMs: edge.nowMs() });
  return verdict.allow ? { allowed: verdict } : { code: verdict.code, apiClientName: name };
}

function allowance(
  edge: Edge,
  read: Understood,
  call: { requestId: string; verdict: Allowed },
): Reply {
  const { question } = read;
  const { verdict, requestId } = call;
  const { accountId, certificate } = verdict;
  const of = `${accountId} ${certificate?.notAfter} ${verdict.apiClient?.name}`;
  if (read.written?.of !== of) {
    const text = linesText(identityHeaders(edge, question, verdict));
    read.written = { of, text };
  }
  return { status: 204, head: `X-Request-Id: ${requestId}\r\n${read.written.text}`, body: '' };
}

/** All but the id of the call. */
function identityHeaders(edge: Edge, question: Question, verdict: Allowed): HeaderLine[] {
  const { leaf, environment, listener, tlsVersion, sourceAddress, host } = question;
  const { certificate } = verdict;
  const lines = writtenHeaders(
    {
      requestId: '',
      environment,
      listener,
      accountId: verdict.accountId,
      apiClientName: verdict.apiClient?.name ?? null,
      certificate:
        leaf !== null && certificate !== null
          ? { der: leaf.der, fingerprint: leaf.fingerprint, notAfter: certificate.notAfter }
          : null,
      tlsVersion,
      sourceAddress,
      host,
      passesUnderEnforcement: passesUnderEnforcement({ ...question, apiClientNames: [] }, verdict),
    },
    edge.upstream.secret,
  );
  return lines.filter(({ name }) => name !== 'X-Request-Id');
}

/** nginx's module knows no other refusal than 401 and 403, so it is told in headers what to answer. */
function denial(
  refusal: { manner: Manner; code: RefusalCode; close: 'yes' | 'no' },
  requestId: string,
): Reply {
  const { manner, code, close } = refusal;
  const { status, headers, body } = problemOf(code, requestId);
  const told = { 'X-Mtls-Refusal': code, 'X-Mtls-Close': close };
  if (manner === 'plain') return { status, head: linesOf({ ...headers, ...told }), body };
  const { 'WWW-Authenticate': challenge } = headers;
  return {
    status: status === 401 ? 401 : 403,
    head: linesOf({
      ...told,
      // 444 is nginx's own: the connection ends without an answer.
      'X-Mtls-Status': close === 'yes' ? '444' : String(status),
      'X-Mtls-Problem': body,
      'X-Request-Id': requestId,
      'Content-Length': '0',
      ...(challenge === undefined ? {} : { 'WWW-Authenticate': challenge }),
    }),
    body: '',
  };
}

function linesOf(headers: Record<string, string>): string {
  return linesText(Object.entries(headers).map(([name, value]) => ({ name, value })));
}

function secretCheck(secret: string): (head: Head) => boolean {
  const expected = Buffer.from(secret, 'latin1');
  const name = QUESTION_HEADERS.secret.toLowerCase();
  return ({ lines }) => {
    const [line, ...others] = lines.filter((one) => one.name === name);
    if (line === undefined || others.length > 0) return false;
    const given = Buffer.from(line.value, 'latin1');
    // Which length is right is no secret.
    return given.length === expected.length && timingSafeEqual(given, expected);
  };
}

/** A wrong configuration says so at every call: once is enough. */
function saidOnce(log: (line: string) => void): (line: string) => void {
  const said = new Set<string>();
  return (line) => {
    if (said.size >= 100 || said.has(line)) return;
    said.add(line);
    log(`authorizer: ${line}`);
  };
}

async function listenOnSocket(server: Server, path: string): Promise<void> {
  if (existsSync(path)) {
    if (!lstatSync(path).isSocket()) throw new Error(`${path} is there and is not a socket`);
    rmSync(path);
  }
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    // Bound before `listen` returns, so nobody else's files are made under this mask.
    const before = process.umask(0o117);
    server.listen(path, resolve);
    process.umask(before);
  });
}

function listenOnLoopback(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(address === null || typeof address === 'string' ? 0 : address.port);
    });
  });
}
