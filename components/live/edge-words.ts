import { exactUtc } from '@/components/time/format';
import { listed } from '@/components/words';
import type { EdgeLag } from '@/lib/contract/live';

/** One sentence for the edges that are behind, one for those that are silent, one for those that refuse. */
export function edgeSentences(lags: readonly EdgeLag[], now: Date): string[] {
  const behind = lags.filter((one) => one.is === 'behind');
  const silent = lags.filter((one) => one.is === 'silent');
  const refusing = lags.filter((one) => one.is === 'refusing');
  return [
    ...(behind.length > 0
      ? [
          `Changes made at ${clock(earliest(behind), now)} have not reached ${named(behind)} yet: ${decides(behind)} by what ${knew(behind)}.`,
        ]
      : []),
    ...(silent.length > 0
      ? [
          `${named(silent)} ${silent.length > 1 ? 'have' : 'has'} not been in touch since ${clock(earliest(silent), now)}: ${decides(silent)} by what ${knew(silent)} then.`,
        ]
      : []),
    ...(refusing.length > 0
      ? [
          `${named(refusing)} ${refusing.length > 1 ? 'refuse' : 'refuses'} what this portal sends, as it would a forged or an older state: ${decides(refusing)} by what ${knew(refusing)} before. Your provider is told.`,
        ]
      : []),
  ];
}

function named(lags: readonly EdgeLag[]): string {
  return lags.length > 3 ? `${lags.length} edges` : listed(lags.map(({ edge }) => edge));
}

function earliest(lags: readonly EdgeLag[]): string {
  return lags.reduce((first, { since }) => (since < first ? since : first), '9');
}

function decides({ length }: readonly EdgeLag[]): string {
  return length > 1 ? 'they decide' : 'it decides';
}

function knew({ length }: readonly EdgeLag[]): string {
  return length > 1 ? 'they knew' : 'it knew';
}

/** The time of day, and the date when it was not today. */
function clock(iso: string, now: Date): string {
  const text = exactUtc(iso);
  const time = `${text.slice(11, 16)} UTC`;
  return iso.slice(0, 10) === now.toISOString().slice(0, 10)
    ? time
    : `${text.slice(0, 10)} ${time}`;
}
