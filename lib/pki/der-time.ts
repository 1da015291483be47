/** Moments as certificates, CRLs and OCSP answers write them: whole seconds, UTC. */
import { TAG } from './der';
import { text } from './der-write';

/** UTCTime until 2049, GeneralizedTime from then on. @see RFC 5280, 4.1.2.5 and 5.1.2.4 */
export function timeDer(moment: Date): Uint8Array {
  const digits = timeDigits(moment);
  if (isUtcTime(moment)) return text(TAG.utcTime, `${digits.slice(2)}Z`);
  return text(TAG.generalizedTime, `${digits}Z`);
}

/** GeneralizedTime whatever the year: what OCSP wants. @see RFC 6960, 4.2.2.1 */
export function generalizedTimeDer(moment: Date): Uint8Array {
  return text(TAG.generalizedTime, `${timeDigits(moment)}Z`);
}

export function isUtcTime(moment: Date): boolean {
  const year = moment.getUTCFullYear();
  return year >= 1950 && year < 2050;
}

/** YYYYMMDDhhmmss; what is less than a second is cut off. */
export function timeDigits(moment: Date): string {
  return moment.toISOString().slice(0, 19).replace(/[-T:]/g, '');
}
