/** Numbers of calls, as people read them. */

/** "1,204" */
export function grouped(value: number): string {
  return value.toLocaleString('en');
}

/** "1 call", "1,204 calls" */
export function callsText(calls: number): string {
  return `${grouped(calls)} ${calls === 1 ? 'call' : 'calls'}`;
}

const TENTHS_BELOW = 99.5;

/** "64.6 %"; what is neither nothing nor all is not said to be. */
export function shareText(part: number, of: number): string {
  if (of === 0 || part === 0) return '0 %';
  if (part === of) return '100 %';
  const percent = (part / of) * 100;
  if (percent < 0.1) return 'under 0.1 %';
  if (percent > 99.9) return 'over 99.9 %';
  return `${percent > TENTHS_BELOW ? percent.toFixed(1) : trimmed(percent.toFixed(1))} %`;
}

/** The busiest first, and how many more: "curl/8.14.1 and 2 more". */
export function firstAndMore(names: readonly string[]): string {
  return `${names[0] ?? ''}${andMore(names)}`;
}

/** What follows the first of a list: " and 2 more", or nothing. */
export function andMore(names: readonly string[]): string {
  return names.length > 1 ? ` and ${names.length - 1} more` : '';
}

function trimmed(text: string): string {
  return text.replace(/\.0$/, '');
}
