'use client';

import { useSyncExternalStore } from 'react';
import { exactUtc } from './format';

const never = () => () => undefined;

/** The reader's time zone by its name; null where no script runs, and until the page is alive. */
export function useZone(): string | null {
  return useSyncExternalStore(
    never,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => null,
  );
}

/** To the minute in UTC and, where it differs, in the reader's own zone. */
export function LocalMoment({ at }: { at: string }) {
  const zone = useZone();
  const [utc, own] = [minuteIn('UTC', at), zone ? minuteIn(zone, at) : null];
  return (
    <time dateTime={at} title={exactUtc(at)}>
      {own === null || own === utc ? `${utc} UTC` : `${own} (${zone}), which is ${utc} UTC`}
    </time>
  );
}

/** `2026-11-25 09:30`. */
function minuteIn(timeZone: string, at: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' },
    ...{ hourCycle: 'h23', timeZone },
  }).formatToParts(new Date(at));
  const of = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((part) => part.type === type)?.value ?? '';
  return `${of('year')}-${of('month')}-${of('day')} ${of('hour')}:${of('minute')}`;
}
