/** Words of replies to customers: English, UTC, the same for every reader. */

/** "1 call", "1,204 calls" */
export function callsText(calls: number): string {
  return `${calls.toLocaleString('en')} ${calls === 1 ? 'call' : 'calls'}`;
}

/** "all from 198.51.100.82", "from 3 addresses" */
export function addressesText(addresses: readonly string[]): string {
  const [first] = addresses;
  if (first === undefined) return 'from no address that is known';
  return addresses.length === 1 ? `all from ${first}` : `from ${addresses.length} addresses`;
}

const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});

/** "3 Nov 2026" */
export function dayOf(iso: string): string {
  return DAY.format(new Date(iso));
}

/** "3 Nov 2026, 14:05 UTC" */
export function minuteOf(iso: string): string {
  return `${dayOf(iso)}, ${iso.slice(11, 16)} UTC`;
}

/** The two ends of a number that people compare. */
export function shortHex(hex: string): string {
  return hex.length > 20 ? `${hex.slice(0, 8)}…${hex.slice(-8)}` : hex;
}
