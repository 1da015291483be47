/**
 * The network a call came from, as people know their machines: coarse enough that a fleet behind one gateway is one
 * line, and that the number of lines stays small.
 */

/** Where more networks, or user agents, than are told apart are counted together. */
export const OTHER = 'other';

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.\d{1,3}$/;
const GROUP = /^[0-9a-f]{1,4}$/;
const GROUPS = 8;
const KEPT_GROUPS = 3;

/**
 * @param address an IPv4 or IPv6 address as text, a mapped one (RFC 4291, 2.5.5.2) included
 * @returns its /24 or /48 as text, RFC 5952 for IPv6; the argument itself where it is no address
 */
export function networkOf(address: string): string {
  const plain = address.toLowerCase().replace(/%.*$/, '');
  const ipv4 = IPV4.exec(plain.replace(/^::ffff:(?=\d+\.)/, ''));
  if (ipv4 !== null) return `${ipv4[1]}.${ipv4[2]}.${ipv4[3]}.0/24`;
  const groups = groupsOf(plain);
  if (groups === null) return address;
  const kept = groups.slice(0, KEPT_GROUPS);
  while (kept.at(-1) === 0) kept.pop();
  return `${kept.map((group) => group.toString(16)).join(':')}::/48`;
}

function groupsOf(address: string): number[] | null {
  const halves = address.split('::');
  if (halves.length > 2) return null;
  const [head, tail] = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (head === undefined) return null;
  const missing = GROUPS - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return null;
  const all = [...head, ...Array.from({ length: missing }, () => '0'), ...(tail ?? [])];
  return all.every((group) => GROUP.test(group))
    ? all.map((group) => Number.parseInt(group, 16))
    : null;
}
