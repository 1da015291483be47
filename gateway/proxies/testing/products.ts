/** The proxies under test, each with the configuration that `npm run edge -- config` prints. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { changesFileOf } from '@/gateway/haproxy-map';
import { printConfig } from '@/gateway/proxies/print';
import { type Program, startProgram } from '@/gateway/proxies/testing/program';
import type { Setting } from '@/gateway/testing/setting';
import { freePort } from '../../../scripts/postgres';
import { findCaddy, findHaproxy, findNginx } from '../../../scripts/testing/tools';

/** A proxy in front of the same API and beside the same edge; calls go to it as to the edge's own listeners. */
export type Beside = { setting: Setting; stop(): Promise<void> };

type Ports = Setting['gateway']['ports'];

/** @param edited what somebody made of the printed configuration */
export async function nginxBeside(
  setting: Setting,
  flags: readonly string[] = [],
  edited: (text: string) => string = (text) => text,
): Promise<Beside> {
  return beside(setting, 'nginx', flags, async ({ folder, text, port }) => {
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, edited(text));
    const binary = found(findNginx(), 'nginx');
    // As root nginx would give its folders to a user of its own and look for files as that user.
    const user = process.getuid?.() === 0 ? 'user root; ' : '';
    const args = ['-p', folder, '-c', file, '-e', join(folder, 'start.log')];
    return startProgram({ binary, args: [...args, '-g', `${user}daemon off;`], port });
  });
}

export async function caddyBeside(
  setting: Setting,
  flags: readonly string[] = [],
): Promise<Beside> {
  return beside(setting, 'caddy', flags, async ({ folder, text, port }) => {
    const file = join(folder, 'Caddyfile');
    writeFileSync(file, text);
    const args = ['run', '--config', file, '--adapter', 'caddyfile'];
    return startProgram({
      binary: found(findCaddy(), 'Caddy'),
      args,
      env: {
        HOME: folder,
        XDG_DATA_HOME: folder,
        XDG_CONFIG_HOME: folder,
        EDGE_AUTHORIZER_SECRET: setting.config.authorizer.secret ?? '',
      },
      port,
    });
  });
}

/** The edge's settings name socket and map: HAProxy is started with them. */
export async function haproxyBeside(
  setting: Setting,
  flags: readonly string[] = [],
): Promise<Beside> {
  const { haproxy } = setting.config;
  if (haproxy === null) throw new Error('this edge keeps no HAProxy up to date');
  const places = ['--haproxy-socket', haproxy.socketPath, '--haproxy-map', haproxy.mapFile];
  return beside(setting, 'haproxy', [...places, ...flags], async ({ folder, text, port }) => {
    const file = join(folder, 'haproxy.cfg');
    writeFileSync(file, text);
    for (const map of [haproxy.mapFile, changesFileOf(haproxy.mapFile)]) writeFileSync(map, '');
    return startProgram({
      binary: found(findHaproxy(), 'HAProxy'),
      args: ['-db', '-f', file],
      env: { EDGE_UPSTREAM_SECRET: setting.config.upstreamSecret ?? '' },
      port,
    });
  });
}

type Start = (made: { folder: string; text: string; port: number }) => Promise<Program>;

/** A port that was free a moment ago may be somebody's by now. */
const ATTEMPTS = 3;

async function beside(
  setting: Setting,
  product: string,
  flags: readonly string[],
  start: Start,
): Promise<Beside> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startedBeside(setting, product, flags, start);
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

async function startedBeside(
  setting: Setting,
  product: string,
  flags: readonly string[],
  start: Start,
): Promise<Beside> {
  const folder = join(setting.folder, `${product}-${await freePort()}`);
  mkdirSync(folder, { mode: 0o755 });
  const ports = await freePorts();
  const { stateDir, authorizer, upstream } = setting.config;
  const bundle = join(folder, 'bundle.pem');
  const [cert, key] = [join(stateDir, 'server.pem'), join(stateDir, 'server-key.pem')];
  writeFileSync(bundle, readFileSync(cert, 'utf8') + readFileSync(key, 'utf8'));
  const text = printConfig([
    'config',
    product,
    ...portFlags(ports),
    ...['--address', '127.0.0.1', '--run-dir', folder, '--hostnames', 'localhost'],
    ...['--cert', product === 'haproxy' ? bundle : cert, '--key', key],
    ...['--upstream', upstream?.host ?? ''],
    ...['--authorizer', `unix:${authorizer.socketPath}`],
    ...flags,
  ]);
  const program = await start({ folder, text, port: ports.sandbox.standard });
  return {
    setting: { ...setting, gateway: { ...setting.gateway, ports } },
    stop: program.stop,
  };
}

function portFlags(ports: Ports): string[] {
  return Object.entries(ports).flatMap(([environment, { mtls, standard }]) => [
    ...[`--${environment}-mtls-port`, String(mtls)],
    ...[`--${environment}-standard-port`, String(standard)],
  ]);
}

async function freePorts(): Promise<Ports> {
  const pair = async () => ({ mtls: await freePort(), standard: await freePort() });
  return { production: await pair(), sandbox: await pair() };
}

function found(binary: string | null, name: string): string {
  if (binary === null) throw new Error(`${name} was not found: npm test says how to install it`);
  return binary;
}
