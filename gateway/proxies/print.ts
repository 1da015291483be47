/** `npm run edge -- config PRODUCT --flags`: a whole configuration, from flags that name places of this machine. */
import { parseArgs } from 'node:util';
import { ConfigError } from '@/gateway/config';
import { caddyConfig } from '@/gateway/proxies/caddy';
import { envoyConfig } from '@/gateway/proxies/envoy';
import { haproxyConfig } from '@/gateway/proxies/haproxy';
import { nginxConfig } from '@/gateway/proxies/nginx';
import type { AuthorizerAddress, ProxySettings } from '@/gateway/proxies/settings';
import { IDENTITY_SOURCES, type IdentitySource } from '@/lib/edge/identity';

const PRODUCTS = {
  nginx: nginxConfig,
  haproxy: haproxyConfig,
  caddy: caddyConfig,
  envoy: envoyConfig,
} as const;

type Flag = { default: string; takes: RegExp; words: string };

const PLACE: RegExp = /^[A-Za-z0-9_./:@-]+$/;
const PORT: RegExp = /^[0-9]{1,5}$/;
const NAMES: RegExp = /^([A-Za-z0-9.-]+(,[A-Za-z0-9.-]+)*)?$/;

/** In this order in the help. Whatever is not plain is refused: it is written into a configuration as it stands. */
const FLAGS = {
  address: { default: '0.0.0.0', takes: PLACE, words: 'where the proxy listens' },
  'production-mtls-port': { default: '8443', takes: PORT, words: 'production, with certificate' },
  'production-standard-port': { default: '8444', takes: PORT, words: 'production, without' },
  'sandbox-mtls-port': { default: '9443', takes: PORT, words: 'sandbox, with certificate' },
  'sandbox-standard-port': { default: '9444', takes: PORT, words: 'sandbox, without' },
  cert: {
    default: '/etc/countersign/api.pem',
    takes: PLACE,
    words: "the API's TLS certificate with its chain, PEM (HAProxy: with the key)",
  },
  key: { default: '/etc/countersign/api.key', takes: PLACE, words: 'its key, PEM' },
  upstream: { default: '127.0.0.1:8080', takes: PLACE, words: 'the API, HOST:PORT, plain HTTP' },
  authorizer: {
    default: 'unix:/run/countersign/authorizer.sock',
    takes: /^(unix:\/[A-Za-z0-9_./-]+|127\.0\.0\.1:[0-9]{1,5})$/,
    words: 'unix:PATH as in EDGE_AUTHORIZER_SOCKET, or 127.0.0.1:PORT',
  },
  'authorizer-secret-file': {
    default: '/etc/nginx/countersign-secret.conf',
    takes: PLACE,
    words: 'nginx with a port: the file with the line that sends the secret',
  },
  'haproxy-socket': {
    default: '/run/haproxy/countersign.sock',
    takes: PLACE,
    words: 'HAProxy: its runtime socket, as in EDGE_HAPROXY_SOCKET',
  },
  'haproxy-map': {
    default: '/etc/haproxy/countersign.map',
    takes: PLACE,
    words:
      'HAProxy: the file of the large map, empty, as in EDGE_HAPROXY_MAP; the small one is beside it, .changes',
  },
  'secret-header': {
    default: 'X-Edge-Secret',
    takes: /^[A-Za-z0-9-]+$/,
    words: 'the header by which the API knows who calls',
  },
  hostnames: {
    default: '',
    takes: NAMES,
    words: 'A,B: the names of these listeners, for clients that send no TLS server name',
  },
  'identity-sources': {
    default: IDENTITY_SOURCES.join(','),
    takes: NAMES,
    words: 'A,B: as in EDGE_IDENTITY_SOURCES',
  },
  forward: {
    default: '',
    takes: NAMES,
    words: 'nginx: A,B: request headers of your own that the API reads',
  },
  'run-dir': { default: '/run/countersign', takes: PLACE, words: 'logs, pid, temporary files' },
  cache: { default: 'off', takes: /^(on|off)$/, words: 'nginx: use an answer again in its second' },
} as const satisfies Record<string, Flag>;

/** The configuration that `words` asks for. @throws ConfigError with the flag that is wrong, or how it is used */
export function printConfig(words: readonly string[]): string {
  const [verb, product = '', ...flags] = words;
  const printer = Object.entries(PRODUCTS).find(([name]) => name === product)?.[1];
  if (verb !== 'config' || printer === undefined) throw new ConfigError(usage());
  return printer(settingsOf(flags));
}

function settingsOf(words: readonly string[]): ProxySettings {
  const flag = flagReader(words);
  const port = (name: keyof typeof FLAGS) => Number(flag(name));
  return {
    address: flag('address'),
    ports: {
      production: {
        mtls: port('production-mtls-port'),
        standard: port('production-standard-port'),
      },
      sandbox: { mtls: port('sandbox-mtls-port'), standard: port('sandbox-standard-port') },
    },
    certFile: flag('cert'),
    keyFile: flag('key'),
    upstream: flag('upstream'),
    authorizer: authorizerOf(flag('authorizer'), flag('authorizer-secret-file')),
    haproxySocket: flag('haproxy-socket'),
    haproxyMap: flag('haproxy-map'),
    secretHeader: flag('secret-header'),
    hostnames: listOf(flag('hostnames')),
    sources: sourcesOf(flag('identity-sources')),
    forward: listOf(flag('forward')),
    runDir: flag('run-dir'),
    cache: flag('cache') === 'on' ? 'on' : 'off',
  };
}

function flagReader(words: readonly string[]): (name: keyof typeof FLAGS) => string {
  const options = Object.fromEntries(
    Object.keys(FLAGS).map((name) => [name, { type: 'string' as const }]),
  );
  let given: Record<string, string | boolean | undefined>;
  try {
    given = parseArgs({ args: [...words], options, strict: true }).values;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error));
  }
  return (name) => {
    const value = given[name] ?? FLAGS[name].default;
    if (typeof value === 'string' && FLAGS[name].takes.test(value)) return value;
    throw new ConfigError(`--${name}: ${FLAGS[name].words}; "${value}" is not that`);
  };
}

function authorizerOf(address: string, secretFile: string): AuthorizerAddress {
  if (address.startsWith('unix:')) return { socketPath: address.slice('unix:'.length) };
  return { port: Number(address.split(':')[1]), secretFile };
}

function sourcesOf(text: string): IdentitySource[] {
  return listOf(text).map((name) => {
    const source = IDENTITY_SOURCES.find((one) => one === name);
    if (source !== undefined) return source;
    throw new ConfigError(`--identity-sources: ${name} is none of ${IDENTITY_SOURCES.join(', ')}`);
  });
}

function listOf(text: string): string[] {
  return text.split(',').filter((part) => part !== '');
}

function usage(): string {
  const lines = Object.entries(FLAGS).map(
    ([name, flag]) => `  --${name}  ${flag.words} (${flag.default === '' ? 'none' : flag.default})`,
  );
  const products = Object.keys(PRODUCTS).join('|');
  return [`npm run -s edge -- config ${products} [--flags] > FILE`, ...lines].join('\n');
}
