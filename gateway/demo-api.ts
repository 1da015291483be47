/**
 * The built-in API behind the edge: what a provider's API has to do, on one page. It believes the identity headers
 * only from a caller that knows the edge's secret, checks the password itself, and refuses credentials of another
 * account than the one whose certificate the edge saw.
 */
import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { headerLines } from '@/lib/edge/headers';
import { identityOf } from '@/lib/edge/identity';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { daysBetween } from '@/lib/kernel/time';

const Clients = z.object({
  clients: z.array(
    z.object({
      environment: z.enum(ENVIRONMENTS),
      username: z.string(),
      passwordSha256Hex: z.string().regex(/^[0-9a-f]{64}$/),
      accountId: z.string(),
    }),
  ),
});
type Client = z.infer<typeof Clients>['clients'][number];

export type DemoApi = {
  url: string;
  /** Requests that reached this API since it started, refused ones included. */
  hits(): number;
  close(): Promise<void>;
};

export type DemoApiOptions = {
  /** JSON, read again whenever it changes; a file that is missing or damaged knows nobody. */
  clientsFile: string;
  edgeSecret: string;
  /** The header in which the edge sends its secret. */
  edgeSecretHeader?: string;
  host: string;
  /** 0: any free port. */
  port: number;
};

export async function startDemoApi(options: DemoApiOptions): Promise<DemoApi> {
  const clients = clientsFrom(options.clientsFile);
  let hits = 0;
  const server = createServer((request, response) => {
    hits += 1;
    response.on('error', () => undefined);
    serve({ request, response, clients: clients(), options });
  });
  // Idle edge connections end on the edge's side: the other way round a call could meet a closing connection.
  server.keepAliveTimeout = 0;
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, () => {
      const address = server.address();
      resolve(address === null || typeof address === 'string' ? 0 : address.port);
    });
  });
  const host = options.host.includes(':') ? `[${options.host}]` : options.host;
  return {
    url: `http://${host}:${port}`,
    hits: () => hits,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function serve(input: {
  request: IncomingMessage;
  response: ServerResponse;
  clients: readonly Client[];
  options: DemoApiOptions;
}): void {
  const { request, response, options } = input;
  const secretHeader = (options.edgeSecretHeader ?? 'X-Edge-Secret').toLowerCase();
  if (!sameText(header(request, secretHeader) ?? '', options.edgeSecret)) {
    refuse(request, response, 403, 'This API is reached through its edge only.');
    return;
  }
  const caller = authenticate(request, input.clients);
  if (caller === null) {
    response.setHeader('WWW-Authenticate', 'Basic realm="api", charset="UTF-8"');
    refuse(request, response, 401, 'User name or password are wrong.');
    return;
  }
  const account = header(request, 'x-mtls-account');
  if (account !== null && account !== caller.accountId) {
    refuse(request, response, 403, 'Certificate and credentials are of different accounts.');
    return;
  }
  const path = (request.url ?? '/').split('?', 1)[0];
  if (path === '/connection/v1/testauthentication') {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('Allow', 'GET, HEAD');
      refuse(request, response, 405, 'Use GET.');
      return;
    }
    testAuthentication(request, response, caller);
    return;
  }
  if (path === '/echo') {
    response.writeHead(200, {
      'Content-Type': request.headers['content-type'] ?? 'application/octet-stream',
    });
    request.pipe(response);
    return;
  }
  refuse(request, response, 404, 'There is /connection/v1/testauthentication and /echo.');
}

function testAuthentication(
  request: IncomingMessage,
  response: ServerResponse,
  caller: Client,
): void {
  const pem = header(request, 'client-cert');
  const der = pem === null ? null : Buffer.from(pem.replaceAll(':', ''), 'base64');
  const certificate = der === null ? null : new X509Certificate(der);
  const notAfter = header(request, 'x-mtls-not-after');
  const seen = {
    message: `Hello ${caller.username}`,
    username: caller.username,
    environment: header(request, 'x-mtls-environment'),
    listener: header(request, 'x-mtls-listener'),
    serialHex: certificate?.serialNumber.toUpperCase() ?? null,
    sha256Fingerprint: header(request, 'x-mtls-fingerprint')?.toUpperCase() ?? null,
    notAfter,
    daysLeft: notAfter === null ? null : daysBetween(new Date(), new Date(notAfter)),
    tlsVersion: header(request, 'x-mtls-tls-version'),
    passesUnderEnforcement: header(request, 'x-mtls-under-enforcement') === 'pass',
    requestId: header(request, 'x-request-id'),
  };
  const wantsText = prefersText(request.headers.accept ?? '');
  const body = wantsText ? textOf(seen) : `${JSON.stringify(seen, null, 2)}\n`;
  response.writeHead(200, {
    'Content-Type': wantsText ? 'text/plain; charset=utf-8' : 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    Vary: 'Accept',
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function textOf(seen: Record<string, string | number | boolean | null>): string {
  const { message, ...facts } = seen;
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${value ?? 'none'}`);
  return `${[message, ...lines].join('\n')}\n`;
}

/** JSON unless text is named and JSON is not named before it. */
function prefersText(accept: string): boolean {
  const text = accept.search(/text\/(plain|\*)/i);
  const json = accept.search(/application\/(json|\*)/i);
  return text >= 0 && (json < 0 || text < json);
}

/** Basic, apikey, or a name header with the password as `X-Auth-Secret`: the names that the edge knows too. */
function authenticate(request: IncomingMessage, clients: readonly Client[]): Client | null {
  const identity = identityOf(headerLines(request.rawHeaders), ['basic', 'apikey']);
  const environment = header(request, 'x-mtls-environment');
  const username = 'names' in identity ? identity.names[0] : undefined;
  const client = clients.find((c) => c.environment === environment && c.username === username);
  const given = createHash('sha256').update(passwordOf(request)).digest('hex');
  // Compared also for an unknown name, so that the time taken does not tell which names exist.
  const matches = sameText(given, client?.passwordSha256Hex ?? '0'.repeat(64));
  return matches && client !== undefined ? client : null;
}

function passwordOf(request: IncomingMessage): Buffer {
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(/ +/, 2);
  const encoding = scheme.toLowerCase() === 'basic' ? 'base64' : 'latin1';
  const bytes = Buffer.from(credentials, encoding);
  return bytes.subarray(bytes.indexOf(0x3a) + 1);
}

function header(request: IncomingMessage, name: string): string | null {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
}

function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  title: string,
): void {
  request.resume();
  response.writeHead(status, { 'Content-Type': 'application/problem+json' });
  response.end(JSON.stringify({ type: 'about:blank', title, status }));
}

function clientsFrom(file: string): () => readonly Client[] {
  let version = '';
  let clients: readonly Client[] = [];
  return () => {
    const now = versionOf(file);
    if (now === version) return clients;
    version = now;
    clients = readClients(file);
    return clients;
  };
}

function versionOf(file: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(file);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'missing';
  }
}

function readClients(file: string): readonly Client[] {
  try {
    return Clients.parse(JSON.parse(readFileSync(file, 'utf8'))).clients;
  } catch {
    return [];
  }
}
