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

export function statuses(): Statuses {
  let remembered = new Map<string, Remembered>();
  const close = onRevoked(() => {
    remembered = new Map();
  });
  return {
    async of(issuer, serials) {
      const now = currentTime().getTime();
      const keep = remembered;
      const key = (serial: string) => `${issuer.id} ${serial}`;
      const known = serials.map((serial) => keep.get(key(serial)));
      const fresh = known.flatMap((one) => (one && one.until > now ? [one.status] : []));
      if (fresh.length === serials.length) return fresh;
      const found = await acrossRevocations((tx) => statusesOf(tx, issuer.id, serials));
      for (const serial of caSerials(issuer)) found.set(serial, { kind: 'good' });
      if (keep.size > MAX_REMEMBERED) keep.clear();
      return serials.map((serial) => {
        const status = found.get(serial) ?? UNKNOWN;
        // Into the map it was asked for: what was read before a revocation does not outlive it.
        keep.set(key(serial), { status, until: now + REMEMBERED_MS });
        return status;
      });
    },
    close,
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
