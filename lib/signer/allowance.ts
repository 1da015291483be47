import { MINUTE_MS } from '@/lib/kernel/time';

/**
 * Bounds what is signed, and what the log grows by, however fast it is asked for.
 * @param input.what named in the fault @returns takes one from the allowance @throws Error when nothing is left of it
 */
export function allowance(input: {
  now: () => Date;
  maxPerMinute: number;
  what: string;
}): () => void {
  const { now, maxPerMinute, what } = input;
  let left = maxPerMinute;
  let last = now().getTime();
  return () => {
    const at = now().getTime();
    left = Math.min(maxPerMinute, left + ((at - last) * maxPerMinute) / MINUTE_MS);
    last = at;
    if (left < 1)
      throw new Error(`more than ${maxPerMinute} ${what} were asked for within a minute`);
    left -= 1;
  };
}
