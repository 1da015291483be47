import { dayText, exactUtc, relativeText } from './format';
import { readerLocale } from './locale';

/** How long ago, with the exact time in the title. */
export async function Ago({ at }: { at: string }) {
  const locale = await readerLocale();
  return (
    <time dateTime={at} title={exactUtc(at)}>
      {relativeText(at, new Date(), locale)}
    </time>
  );
}

/** A date, with the exact time in the title. */
export async function Day({ at }: { at: string }) {
  const locale = await readerLocale();
  return (
    <time dateTime={at} title={exactUtc(at)}>
      {dayText(at, locale)}
    </time>
  );
}

/** Date and time to the second. */
export async function Moment({ at }: { at: string }) {
  const locale = await readerLocale();
  return (
    <time dateTime={at} title={exactUtc(at)}>
      {dayText(at, locale)}, {at.slice(11, 19)} UTC
    </time>
  );
}
