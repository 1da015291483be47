import { cache } from 'react';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';

/** `2026-11-18 14:05:22 UTC`: exact, the same for every reader. */
export function exactUtc(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 19)} UTC`;
}

/** A date in the reader's own order of day and month. UTC, as every other time here. */
export function dayText(iso: string, locale: string): string {
  return dayFormat(locale).format(new Date(iso));
}

/** A short month, in UTC. */
export function monthText(month: Date, locale: string, form: 'alone' | 'with year'): string {
  return (form === 'alone' ? monthFormat(locale) : monthAndYearFormat(locale)).format(month);
}

// A formatter costs far more to make than to use, and a page writes many dates in one locale.
const formatOf = (options: Intl.DateTimeFormatOptions) =>
  cache((locale: string) => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }));
const dayFormat = formatOf({ day: 'numeric', month: 'short', year: 'numeric' });
const monthFormat = formatOf({ month: 'short' });
const monthAndYearFormat = formatOf({ month: 'short', year: 'numeric' });

const STEPS = [
  { limitMs: MINUTE_MS, unitMs: SECOND_MS, unit: 's' },
  { limitMs: HOUR_MS, unitMs: MINUTE_MS, unit: 'min' },
  { limitMs: DAY_MS, unitMs: HOUR_MS, unit: 'h' },
] as const;

const DATE_AFTER_DAYS = 30;

/** "12 s ago", "3 h ago", "5 days ago"; a date when that says more. */
export function relativeText(iso: string, now: Date, locale: string): string {
  const ageMs = Math.max(0, now.getTime() - new Date(iso).getTime());
  if (ageMs < SECOND_MS) return 'just now';
  for (const { limitMs, unitMs, unit } of STEPS) {
    if (ageMs < limitMs) return `${Math.floor(ageMs / unitMs)} ${unit} ago`;
  }
  const days = Math.floor(ageMs / DAY_MS);
  if (days > DATE_AFTER_DAYS) return dayText(iso, locale);
  return days === 1 ? '1 day ago' : `${days} days ago`;
}
