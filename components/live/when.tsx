import { exactUtc, relativeText } from '@/components/time/format';

export type Reading = { now: Date; locale: string };

/** How long ago, told by the browser's clock as time goes by. */
export function Since({ at, reading }: { at: string; reading: Reading }) {
  return (
    <time dateTime={at} title={exactUtc(at)}>
      {relativeText(at, reading.now, reading.locale)}
    </time>
  );
}
