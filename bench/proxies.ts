/**
 * `npm run bench:proxies`: what deciding costs beside real proxies and in our own: requests a second on kept
 * connections, and handshakes. Each side beside the product alone, in turn, in one run, driven with a
 * client certificate. ONLY="nginx" narrows it, ROUNDS and SECONDS change its length.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Beside, haproxyBeside, nginxBeside } from '@/gateway/proxies/testing/products';
import { startProgram } from '@/gateway/proxies/testing/program';
import { basic } from '@/gateway/testing/call';
import { entryOf, testLeaf } from '@/gateway/testing/leaves';
import { type Setting, setting, until } from '@/gateway/testing/setting';
import type { Change } from '@/lib/edge/state';
import { freePort } from '../scripts/postgres';
import { findHaproxy, findNginx } from '../scripts/testing/tools';
import { handshakesPerSecond, IN_FLIGHT, requestsPerSecond, type Target } from './mtls-load';
import { nodeSide } from './node-side';

const ROUNDS = Number(process.env.ROUNDS ?? 9);
const SECONDS = Number(process.env.SECONDS ?? 2);
const ENTRIES = 100_000;
const LOADS = { requests: requestsPerSecond, handshakes: handshakesPerSecond };
// Of nine rounds, from the second to the eighth: the median lies between them with 96 % (binomial).
const LEAST_ROUNDS = 9;

type Running = { port: number; stop(): Promise<void> } & Partial<Omit<Target, 'port'>>;
type Group = {
  name: string;
  alone: () => Promise<Running>;
  others: Record<string, () => Promise<Running>>;
};

const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-proxies-'));
const api = await upstreamApi();
const edge = await setting({ EDGE_UPSTREAM: `http://127.0.0.1:${api.port}` });
const leaf = testLeaf(edge.folder, 'bench');
await filled(edge);
const certFile = join(edge.folder, 'client.pem');
const keyFile = join(edge.folder, 'client.key');
writeFileSync(certFile, leaf.cert);
writeFileSync(keyFile, leaf.key, { mode: 0o600 });
const { cert, key } = leaf;
const authorization = basic('billing');
const target = { certFile, keyFile, cert, key, authorization, seconds: SECONDS };

const groups: readonly Group[] = [
  {
    name: 'nginx',
    alone: nginxAlone,
    others: {
      'nginx, asking the authorizer for each call': () => beside(nginxBeside(edge)),
      'nginx, using an answer again within its second': () =>
        beside(nginxBeside(edge, ['--cache', 'on'])),
    },
  },
  {
    name: 'haproxy',
    alone: haproxyAlone,
    others: {
      [`HAProxy, map of ${ENTRIES.toLocaleString('en')} certificates`]: haproxyWithMap,
    },
  },
  {
    name: 'node',
    alone: () => nodeSide('bare', api.port),
    others: { 'embedded gateway': () => nodeSide('gateway', api.port) },
  },
];
console.log(
  `${ROUNDS} rounds of ${SECONDS} s, ${IN_FLIGHT} in flight, sides in turn; median and 96 % interval`,
);
try {
  for (const group of groups) {
    if (!process.env.ONLY || process.env.ONLY.split(',').includes(group.name)) await compare(group);
  }
} finally {
  await edge.stop();
  await api.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);

async function compare(group: Group): Promise<void> {
  const alone = await group.alone();
  const sides = new Map<string, Running>();
  for (const [name, start] of Object.entries(group.others)) sides.set(name, await start());
  console.log(`\n${group.name} alone beside`);
  for (const what of ['requests', 'handshakes'] as const) {
    const rates = new Map<string, number[]>();
    const note = async (name: string, { stop: _, ...side }: Running, round: number) => {
      const rate = await LOADS[what]({ ...target, ...side });
      // The first round of each side warms up.
      if (round > 0) rates.set(name, [...(rates.get(name) ?? []), rate]);
    };
    for (let round = 0; round <= ROUNDS; round += 1) {
      await note('alone', alone, round);
      for (const [name, side] of sides) await note(name, side, round);
    }
    const base = rates.get('alone') ?? [];
    console.log(`  ${what}: alone ${spread(base, 0)}/s`);
    for (const name of sides.keys()) {
      const own = rates.get(name) ?? [];
      const ratios = own.map((rate, round) => rate / (base[round] ?? Number.NaN));
      console.log(`    ${name}: ${spread(own, 0)}/s, ${spread(ratios, 2)} x`);
    }
  }
  for (const { stop } of [alone, ...sides.values()]) await stop();
}

/** Median, and what it lies between. */
function spread(values: readonly number[], digits: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  const aside = sorted.length >= LEAST_ROUNDS ? 1 : 0;
  const at = (index: number) => (sorted[index] ?? Number.NaN).toFixed(digits);
  const middle = Math.floor((sorted.length - 1) / 2);
  return `${at(middle)} (${at(aside)} to ${at(sorted.length - 1 - aside)})`;
}

/** Live certificates of others, as an edge of a provider of some size holds. */
function others(count: number): Change[] {
  const entry = entryOf(leaf);
  return Array.from({ length: count }, (_, n) => {
    const fingerprint = new Uint8Array(32);
    new DataView(fingerprint.buffer).setUint32(0, Math.imul(n + 1, 0x9e3779b1));
    new DataView(fingerprint.buffer).setUint32(4, n);
    return { kind: 'certificate', entry: { ...entry, fingerprint } };
  });
}

async function filled({ portal, gateway }: Setting): Promise<void> {
  portal.change({ kind: 'certificate', entry: entryOf(leaf) }, ...others(ENTRIES));
  await until(() => gateway.state()?.number === portal.number(), 60_000);
}

/** An edge of its own keeps the map: it would go on trying when HAProxy is gone. */
async function haproxyWithMap(): Promise<Running> {
  const keeper = await setting({
    EDGE_UPSTREAM: `http://127.0.0.1:${api.port}`,
    EDGE_HAPROXY_SOCKET: '{folder}/haproxy.sock',
    EDGE_UPSTREAM_SECRET: 'a-secret-of-the-bench',
  });
  await filled(keeper);
  const { port, stop } = await beside(haproxyBeside(keeper));
  await until(() => keeper.gateway.haproxy?.applied() === keeper.portal.number(), 60_000);
  return {
    port,
    async stop() {
      await keeper.stop();
      await stop();
    },
  };
}

async function beside(started: Promise<Beside>): Promise<Running> {
  const { setting: made, stop } = await started;
  return { port: made.gateway.ports.production.mtls, stop };
}

/** An API that costs next to nothing, in processes of its own. */
function upstreamApi(): Promise<Running> {
  return nginx(
    'api',
    (port) => `
    listen 127.0.0.1:${port};
    keepalive_requests 100000000;
    location / { return 200 '{"ok":true}'; }`,
  );
}

function nginxAlone(): Promise<Running> {
  const state = edge.config.stateDir;
  return nginx(
    'alone',
    (port) => `
    listen 127.0.0.1:${port} ssl http2;
    ssl_certificate ${state}/server.pem; ssl_certificate_key ${state}/server-key.pem;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets off; ssl_session_cache off;
    ssl_verify_client optional_no_ca;
    access_log ${folder}/alone/access.log calls;
    location / {
      proxy_pass http://api; proxy_http_version 1.1; proxy_set_header Connection "";
    }`,
  );
}

/** @param server what its one server has */
async function nginx(name: string, server: (port: number) => string): Promise<Running> {
  const port = await freePort();
  const place = join(folder, name);
  mkdirSync(place);
  const file = join(place, 'nginx.conf');
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const upstream =
    name === 'api' ? '' : `upstream api { server 127.0.0.1:${api.port}; keepalive 64; }`;
  writeFileSync(
    file,
    `worker_processes auto; pid ${place}/nginx.pid; error_log ${place}/error.log warn;
events { worker_connections 4096; }
http {
  log_format calls '$remote_addr [$time_iso8601] "$request" $status';
  access_log off;
  ${temporary.map((kind) => `${kind}_temp_path ${place}/${kind};`).join(' ')}
  ${upstream}
  server {${server(port)}
  }
}
`,
  );
  const user = process.getuid?.() === 0 ? 'user root; ' : '';
  const args = ['-p', place, '-c', file, '-e', join(place, 'start.log')];
  const binary = findNginx() ?? '';
  const program = await startProgram({
    binary,
    args: [...args, '-g', `${user}daemon off;`],
    port,
  });
  return { port, stop: program.stop };
}

async function haproxyAlone(): Promise<Running> {
  const port = await freePort();
  const place = join(folder, 'haproxy-alone');
  mkdirSync(place);
  const state = edge.config.stateDir;
  const bundle = join(place, 'bundle.pem');
  const parts = ['server.pem', 'server-key.pem'];
  writeFileSync(bundle, parts.map((name) => readFileSync(join(state, name), 'utf8')).join(''));
  const file = join(place, 'haproxy.cfg');
  writeFileSync(
    file,
    `global
  tune.ssl.cachesize 0
defaults
  mode http
  timeout connect 2s
  timeout client 60s
  timeout server 30s
frontend alone
  bind 127.0.0.1:${port} ssl crt ${bundle} alpn h2,http/1.1 ssl-min-ver TLSv1.2 no-tls-tickets verify optional ca-file ${bundle} no-ca-names crt-ignore-err all ca-ignore-err all
  default_backend api
backend api
  http-reuse safe
  server api 127.0.0.1:${api.port}
`,
  );
  const args = ['-db', '-f', file];
  const program = await startProgram({ binary: findHaproxy() ?? '', args, port });
  return { port, stop: program.stop };
}
