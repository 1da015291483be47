import type { CertificateView } from '@/lib/contract/views';
import { daysBetween } from '@/lib/kernel/time';

/** From here on a certificate is shown as expiring: a month is what people need to arrange an exchange. */
export const EXPIRING_DAYS = 30;

export type LifeState = 'live' | 'expiring' | 'expired' | 'revoked';

export type Life = { state: LifeState; daysLeft: number; percentLeft: number };

type Dated = Pick<CertificateView, 'status' | 'notBefore' | 'notAfter'>;

export function lifeOf(certificate: Dated, now: Date): Life {
  const from = new Date(certificate.notBefore);
  const to = new Date(certificate.notAfter);
  const daysLeft = Math.max(0, daysBetween(now, to));
  const left = (to.getTime() - now.getTime()) / (to.getTime() - from.getTime());
  const percentLeft = Math.round(Math.min(1, Math.max(0, left)) * 1000) / 10;
  if (certificate.status === 'revoked') return { state: 'revoked', daysLeft, percentLeft };
  if (certificate.status === 'expired') return { state: 'expired', daysLeft: 0, percentLeft: 0 };
  return { state: daysLeft <= EXPIRING_DAYS ? 'expiring' : 'live', daysLeft, percentLeft };
}

export const LIFE_WORDS: Record<LifeState, string> = {
  live: 'Live',
  expiring: 'Expiring',
  expired: 'Expired',
  revoked: 'Revoked',
};

/** "9 days", "1 day", "less than a day". */
export function daysText(days: number): string {
  if (days < 1) return 'less than a day';
  return days === 1 ? '1 day' : `${days} days`;
}

/**
 * The certificate that takes over when this one ends: its renewal, or one of the same environment, for the same program
 * (by label or common name), and living longer. Null: whatever uses this one stops with it.
 */
export function successorOf(
  of: CertificateView,
  live: readonly CertificateView[],
): CertificateView | null {
  const later = live.filter(
    (one) =>
      one.environment === of.environment &&
      one.notAfter > of.notAfter &&
      (one.replacesId === of.id || one.label === of.label || one.commonName === of.commonName),
  );
  const latest = later.toSorted((a, b) => b.notAfter.localeCompare(a.notAfter));
  return latest.find((one) => one.replacesId === of.id) ?? latest[0] ?? null;
}
