/** The programs that tests need from the machine: found, installed where we may, otherwise named with the command. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { postgresBinaries } from '../postgres';

type Tool = {
  readonly name: string;
  readonly debianPackage: string;
  readonly find: () => string | null;
};

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const TOOLS: readonly Tool[] = [
  { name: 'Chromium', debianPackage: 'chromium', find: () => findChromium() },
  { name: 'PostgreSQL', debianPackage: 'postgresql', find: () => postgresBinaries() },
  { name: 'OpenSSL', debianPackage: 'openssl', find: () => onPath('openssl') },
  { name: 'SoftHSM', debianPackage: 'softhsm2', find: () => file(SOFT_HSM) },
  { name: 'curl', debianPackage: 'curl', find: () => onPath('curl') },
  { name: 'nginx', debianPackage: 'nginx-light', find: () => findNginx() },
  { name: 'HAProxy', debianPackage: 'haproxy', find: () => findHaproxy() },
  { name: 'Caddy', debianPackage: 'caddy', find: () => findCaddy() },
  { name: 'GnuTLS', debianPackage: 'gnutls-bin', find: () => onPath('ocsptool') },
  { name: 'keytool', debianPackage: 'openjdk-17-jdk-headless', find: () => onPath('keytool') },
  { name: 'Go', debianPackage: 'golang-go', find: () => onPath('go') },
  { name: 'Ruby', debianPackage: 'ruby', find: () => onPath('ruby') },
  { name: 'PHP', debianPackage: 'php-cli', find: () => onPath('php') },
  { name: 'curl for PHP', debianPackage: 'php-curl', find: () => phpCurl() },
  { name: 'requests', debianPackage: 'python3-requests', find: () => pythonPackage('requests') },
  { name: 'httpx', debianPackage: 'python3-httpx', find: () => pythonPackage('httpx') },
];
const SOFT_HSM = '/usr/lib/softhsm/libsofthsm2.so';
const PHP_MODULES = '/usr/lib/php';
const PYTHON_PACKAGES = '/usr/lib/python3/dist-packages';
const CLUSTER_CONFIG_FOLDER = '/etc/postgresql-common';

/** The browser that end-to-end tests drive. */
export function findChromium(): string | null {
  return CHROMIUM.map(onPath).find((path) => path !== null) ?? null;
}

/** Debian puts it where only root's PATH goes. */
export function findNginx(): string | null {
  return onPath('nginx') ?? file('/usr/sbin/nginx');
}

/** The same. */
export function findHaproxy(): string | null {
  return onPath('haproxy') ?? file('/usr/sbin/haproxy');
}

export function findCaddy(): string | null {
  return onPath('caddy');
}

/**
 * Makes sure every tool is there, installing what is missing when this is Debian and we are root.
 * @throws Error with the command to run when it may not install, or when installing did not help
 */
export function ensureTools(): void {
  const missing = TOOLS.filter((tool) => tool.find() === null);
  if (missing.length === 0) return;
  const names = missing.map((tool) => tool.name).join(', ');
  const packages = missing.map((tool) => tool.debianPackage);
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const mayInstall = process.getuid?.() === 0 && existsSync('/etc/debian_version');
  if (!mayInstall) {
    throw new Error(
      `Missing on this machine: ${names}. On Debian run: sudo apt-get update && sudo ${install}`,
    );
  }
  process.stdout.write(`Installing ${names} ...\n`);
  if (packages.includes('postgresql')) forbidDefaultCluster();
  // Run level 1: a package that brings a server does not start it.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  execFileSync('apt-get', ['update', '-q'], { stdio: 'inherit', env });
  execFileSync('apt-get', install.split(' ').slice(1), { stdio: 'inherit', env });
  const still = missing.filter((tool) => tool.find() === null);
  if (still.length > 0) {
    throw new Error(`Installed, and yet not found: ${still.map((tool) => tool.name).join(', ')}.`);
  }
}

/** Debian's package would otherwise make and start a server of its own, which nobody asked for. */
function forbidDefaultCluster(): void {
  mkdirSync(CLUSTER_CONFIG_FOLDER, { recursive: true });
  const path = join(CLUSTER_CONFIG_FOLDER, 'createcluster.conf');
  const settings = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const decided = /^\s*create_main_cluster\s*=/m.test(settings);
  if (!decided) appendFileSync(path, 'create_main_cluster = false\n');
}

function file(path: string): string | null {
  return existsSync(path) ? path : null;
}

function phpCurl(): string | null {
  const versions = existsSync(PHP_MODULES) ? readdirSync(PHP_MODULES) : [];
  const files = versions.map((version) => join(PHP_MODULES, version, 'curl.so'));
  return files.find((path) => existsSync(path)) ?? null;
}

function pythonPackage(name: string): string | null {
  return file(join(PYTHON_PACKAGES, name));
}

function onPath(program: string): string | null {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}
