/** Where things lie on a strip of twelve months, in percent of its width. */
const MONTHS = 12;

export type StripWindow = { from: Date; to: Date };

/** Twelve calendar months (UTC) that begin with the one before `now`. */
export function stripWindow(now: Date): StripWindow {
  const at = (month: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + month, 1));
  return { from: at(-1), to: at(-1 + MONTHS) };
}

/** 0 to 100, what lies outside is moved to the edge; two decimals. */
export function percentAt(time: Date, window: StripWindow): number {
  const span = window.to.getTime() - window.from.getTime();
  const share = (time.getTime() - window.from.getTime()) / span;
  return Math.round(Math.min(1, Math.max(0, share)) * 10_000) / 100;
}

export type Month = { start: Date; percent: number; index: number };

export function monthsOf(window: StripWindow): Month[] {
  return Array.from({ length: MONTHS }, (_, index) => {
    const start = new Date(
      Date.UTC(window.from.getUTCFullYear(), window.from.getUTCMonth() + index, 1),
    );
    return { start, percent: percentAt(start, window), index };
  });
}
