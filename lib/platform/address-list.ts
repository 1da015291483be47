/** Lists of addresses and ranges as operators write them, in the one form that firewalls take. */
import { BlockList, isIP } from 'node:net';

/**
 * Splits at commas and white space; an address alone becomes a range of one. Duplicates are left out, order is kept.
 * @returns ranges in CIDR notation, IPv6 in its short form (RFC 5952)
 * @throws Error with a sentence that names the entry and what to write instead
 * @see RFC 4632, 3.1
 */
export function addressList(text: string): string[] {
  const entries = text.split(/[\s,]+/).filter((entry) => entry !== '');
  return [...new Set(entries.map(rangeOf))];
}

function rangeOf(entry: string): string {
  const [written = '', prefixText, ...rest] = entry.split('/');
  const version = written.includes('%') ? 0 : isIP(written);
  if (version === 0 || rest.length > 0) {
    throw new Error(
      `"${shown(entry)}" is neither an IP address nor a range such as 203.0.113.0/24 or 2001:db8::/48`,
    );
  }
  const width = version === 4 ? 32 : 128;
  const prefix = prefixText === undefined ? width : prefixOf(prefixText, width);
  if (prefix === null) {
    throw new Error(`"${shown(entry)}" needs a number from 1 to ${width} after the slash`);
  }
  const value = version === 4 ? valueOf4(written) : valueOf6(written);
  const hostBits = BigInt(width - prefix);
  const network = (value >> hostBits) << hostBits;
  const range = (address: bigint) => `${version === 4 ? text4(address) : text6(address)}/${prefix}`;
  if (network !== value) {
    throw new Error(
      `"${shown(entry)}" is an address inside a range: write ${range(network)} for the range, or the address alone`,
    );
  }
  return range(network);
}

/** Null for what is no prefix; 0 would be everybody, which is no rule. */
function prefixOf(text: string, width: number): number | null {
  if (!/^\d{1,3}$/.test(text)) return null;
  const prefix = Number(text);
  return prefix >= 1 && prefix <= width ? prefix : null;
}

function valueOf4(text: string): bigint {
  return text.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function text4(value: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
}

function valueOf6(text: string): bigint {
  const [left = '', right] = plain6(text).split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const after = right === undefined ? [] : groups(right);
  const zeros = Array(8 - groups(left).length - after.length).fill('0');
  return [...groups(left), ...zeros, ...after].reduce(
    (value, group) => (value << 16n) | BigInt(`0x${group}`),
    0n,
  );
}

function text6(value: bigint): string {
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  );
  return plain6(groups.join(':'));
}

/** The URL parser writes an IPv6 address in its one short form, without dots. */
function plain6(text: string): string {
  return new URL(`http://[${text}]`).hostname.slice(1, -1);
}

function shown(entry: string): string {
  return entry.slice(0, 60);
}

/** @param ranges in CIDR notation; an IPv4 address written as IPv6 (RFC 4291, 2.5.5.2) is the IPv4 address */
export function isWithin(address: string, ranges: readonly string[]): boolean {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  const version = isIP(plain);
  if (version === 0) return false;
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix = ''] = range.split('/');
    list.addSubnet(network, Number(prefix), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
}
