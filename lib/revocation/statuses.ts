/** What the database says of a certificate, remembered for half a second: another portal may have revoked it meanwhile. */
import { issuerBook, type KnownIssuer } from '@/lib/issuers/book';
import { SECOND_MS } from '@/lib/kernel/time';
import { equalBytes, readDer } from '@/lib/pki/der';
import { issuerOf } from '@/lib/pki/lint-read';
import type { CertStatus } from '@/lib/pki/ocsp-response';
import { currentTime } from '@/lib/platform/clock';
import { acrossRevocations } from './across';
import { statusesOf } from './queries';
import { onRevoked } from './revoked';

export type Statuses = {
  /** In the order of the serials. @throws Error when the database cannot be asked */
  of(issuer: KnownIssuer, serials: readonly string[]): Promise<readonly CertStatus[]>;
  close(): void;
};

type Remembered = { readonly status: CertStatus; readonly until: number };

const REMEMBERED_MS = SECOND_MS / 2;
const MAX_REMEMBERED = 20_000;
const UNKNOWN: CertStatus = { kind: 'unknown' };
/** 20 octets (RFC 5280, 4.1.2.2): what is longer is nobody's, and is neither looked up nor remembered. */
const MAX_SERIAL_HEX = 40;

export function statuses(): Statuses {
  let remembered = new Map<string, Remembered>();
  const lookUp = lookUps();
  const close = onRevoked(() => {
    remembered = new Map();
  });
  return {
    async of(issuer, asked) {
      const serials = asked.filter((serial) => serial.length <= MAX_SERIAL_HEX);
      const now = currentTime().getTime();
      const keep = remembered;
      const key = (serial: string) => `${issuer.id} ${serial}`;
      const known = serials.map((serial) => keep.get(key(serial)));
      const statusOf = new Map<string, CertStatus>();
      for (const [index, one] of known.entries()) {
        const serial = serials[index];
        if (one && one.until > now && serial !== undefined) statusOf.set(serial, one.status);
      }
      const missing = [...new Set(serials)].filter((serial) => !statusOf.has(serial));
      const found = missing.length === 0 ? null : await lookUp(issuer, missing);
      if (keep.size > MAX_REMEMBERED) keep.clear();
      for (const serial of missing) {
        const status = found?.get(serial) ?? UNKNOWN;
        // Into the map it was asked for: what was read before a revocation does not outlive it.
        keep.set(key(serial), { status, until: now + REMEMBERED_MS });
        statusOf.set(serial, status);
      }
      return asked.map((serial) => statusOf.get(serial) ?? UNKNOWN);
    },
    close,
  };
}

type Found = Promise<Map<string, CertStatus>>;

/**
 * One question to the database at a time for each CA: whoever asks meanwhile shares the next. Anybody may ask, and the
 * connections are for customers.
 */
function lookUps(): (issuer: KnownIssuer, serials: readonly string[]) => Found {
  const next = new Map<string, { serials: Set<string>; found: Found }>();
  const running = new Map<string, Promise<unknown>>();

  async function found(issuer: KnownIssuer, serials: Set<string>): Found {
    await running.get(issuer.id);
    next.delete(issuer.id);
    const statuses = await acrossRevocations((tx) => statusesOf(tx, issuer.id, [...serials]));
    for (const serial of caSerials(issuer)) statuses.set(serial, { kind: 'good' });
    return statuses;
  }

  return (issuer, serials) => {
    let one = next.get(issuer.id);
    if (!one) {
      const wanted = new Set<string>();
      one = { serials: wanted, found: found(issuer, wanted) };
      next.set(issuer.id, one);
      running.set(
        issuer.id,
        one.found.catch(() => undefined),
      );
    }
    for (const serial of serials) one.serials.add(serial);
    return one.found;
  };
}

/** Serials of the CA certificates that this CA signed. */
function caSerials(issuer: KnownIssuer): string[] {
  const name = issuerOf(issuer.certificateDer).subjectDer;
  return issuerBook()
    .all()
    .flatMap(({ certificateDer, crossCertificateDer }) => [certificateDer, crossCertificateDer])
    .flatMap((der) => {
      const tbs = der ? readDer(der).children[0]?.children : undefined;
      const [, serial, , issuerName] = tbs ?? [];
      if (!serial || !issuerName || !equalBytes(issuerName.der, name)) return [];
      return [Buffer.from(serial.content).toString('hex').toUpperCase()];
    });
}
