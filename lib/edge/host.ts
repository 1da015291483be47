import { isIP } from 'node:net';

/**
 * Whether the host a request names is the one its connection was made for. Without this, a connection that was
 * judged for one host could carry requests that the upstream takes for another's (row T13).
 *
 * With a server name the two must be the same name. RFC 6066, 3 forbids IP literals as server names, so a client
 * that dials an address sends none: then Host has to be an IP literal or one of the listener's own names.
 * @param input.host Host or `:authority`, port allowed
 */
export function hostAgrees(input: {
  sni: string | null;
  host: string | null;
  hostnames: readonly string[];
}): boolean {
  const name = input.host === null ? null : hostnameOf(input.host);
  if (name === null) return false;
  if (input.sni !== null) return canonical(input.sni) === name;
  return isIP(name) !== 0 || input.hostnames.some((hostname) => canonical(hostname) === name);
}

/** RFC 3986, 3.2.2 without user information; null when it is not a host with an optional port. */
function hostnameOf(host: string): string | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::[0-9]{1,5})?$/.exec(host);
  if (match === null) return null;
  if (match[1] !== undefined) return isIP(match[1]) === 6 ? match[1].toLowerCase() : null;
  return canonical(match[2] ?? '');
}

/** One trailing dot names the same host. */
function canonical(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
