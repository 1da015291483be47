/** Requests to addresses that customers name: they reach the public internet alone (row T22). */
import { lookup } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { BlockList, isIP, type LookupFunction, Socket } from 'node:net';
import { SECOND_MS } from '@/lib/kernel/time';

// IANA's special-purpose registries (RFC 6890): whatever does not lead to a host on the public internet.
const NOT_PUBLIC: [string, number, 'ipv4' | 'ipv6'][] = [
  ['0.0.0.0', 8, 'ipv4'],
  ['10.0.0.0', 8, 'ipv4'],
  ['100.64.0.0', 10, 'ipv4'],
  ['127.0.0.0', 8, 'ipv4'],
  ['169.254.0.0', 16, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.0.0.0', 24, 'ipv4'],
  ['192.0.2.0', 24, 'ipv4'],
  ['192.88.99.0', 24, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['198.18.0.0', 15, 'ipv4'],
  ['198.51.100.0', 24, 'ipv4'],
  ['203.0.113.0', 24, 'ipv4'],
  ['224.0.0.0', 4, 'ipv4'],
  ['240.0.0.0', 4, 'ipv4'],
  // Of IPv6 only 2000::/3 is given out: neither loopback, unique local, site-local nor link-local, nor addresses of IPv4
  // in other clothes, of which what they lead to is not judged.
  ['::', 3, 'ipv6'],
  ['4000::', 2, 'ipv6'],
  ['8000::', 1, 'ipv6'],
  ['2001::', 23, 'ipv6'],
  ['2001:db8::', 32, 'ipv6'],
  ['2002::', 16, 'ipv6'],
  ['3fff::', 20, 'ipv6'],
];

const MAX_BYTES = 1_048_576;
const MAX_MS = 10 * SECOND_MS;

/** @param address without brackets */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return false;
  const own = family === 6 ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  // A rule for mapped addresses would cover every address of IPv4 itself.
  for (const [net, bits, kind] of NOT_PUBLIC) if (kind === own) list.addSubnet(net, bits, kind);
  return !list.check(address, own);
}

/**
 * Whether an address may be asked at all; names are judged again by what they resolve to, at the very connection.
 * @returns what is wrong with it; null: nothing
 */
export function publicUrlFault(text: string): string | null {
  if (!URL.canParse(text))
    return 'This is not an address. Write it whole, such as https://login.example.com.';
  const { protocol, hostname, username, password, search, hash } = new URL(text);
  if (protocol !== 'https:') return 'The address has to begin with https://.';
  if (username || password || search || hash) return 'Write scheme, host and path only.';
  return mayBePublic(hostname) ? null : 'The address does not lead to the public internet.';
}

/**
 * How requests are made that end in time, read no more than a megabyte and, unless trusted, stay public: over TLS, to
 * public addresses. Whatever else a public answer names is asked by these too, so it is judged each time.
 * @returns the options of a request to a URL; it throws for one that is not to be asked
 */
export function guardedRequests(reach: 'public' | 'anywhere') {
  return (url: URL) => {
    const isSafe = url.protocol === 'https:';
    // Nobody is asked what an address means that is written as numbers, so the lookup below never sees it.
    if (reach === 'public' && !(isSafe && mayBePublic(url.hostname))) {
      throw new Error(`${url.origin} is not on the public internet, or not asked over TLS`);
    }
    return {
      ...(reach === 'public' ? { lookup: publicLookup } : {}),
      agent: isSafe ? new BoundedHttpsAgent() : new BoundedHttpAgent(),
      timeout: MAX_MS,
    };
  };
}

/** False for what leads to no public address; a name may still turn out to. */
function mayBePublic(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) return isPublicAddress(host);
  return /\.[a-z]/i.test(host) && !/\.(localhost|local|internal)$/i.test(host);
}

const publicLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '', 4);
    const addresses = found.filter(({ address }) => isPublicAddress(address));
    const [first] = addresses;
    // One private address among public ones is how a name is rebound between two questions.
    if (!first || addresses.length < found.length) {
      return callback(new Error('the name does not lead to the public internet'), '', 4);
    }
    if (options.all) return callback(null, addresses);
    callback(null, first.address, first.family);
  });
};

class BoundedHttpsAgent extends HttpsAgent {
  override createConnection(...given: Parameters<HttpsAgent['createConnection']>) {
    const made = super.createConnection(...given);
    watch(made);
    return made;
  }
}

class BoundedHttpAgent extends HttpAgent {
  override createConnection(...given: Parameters<HttpAgent['createConnection']>) {
    const made = super.createConnection(...given);
    watch(made);
    return made;
  }
}

function watch(socket: unknown): void {
  if (!(socket instanceof Socket)) return;
  const timer = setTimeout(() => socket.destroy(), MAX_MS);
  timer.unref();
  socket.once('close', () => clearTimeout(timer));
  socket.on('data', () => {
    if (socket.bytesRead > MAX_BYTES) socket.destroy();
  });
}
