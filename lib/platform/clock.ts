import { processWide, setProcessWide } from './process-wide';

export type Clock = { now(): Date };

const systemClock: Clock = { now: () => new Date() };

/** The time, for everything that is not pure. */
export function currentTime(): Date {
  return processWide<Clock>('clock', () => systemClock).now();
}

/** For tests: a clock that stands still, or is moved by hand. */
export function setClock(clock: Clock | null): void {
  setProcessWide('clock', clock ?? systemClock);
}
