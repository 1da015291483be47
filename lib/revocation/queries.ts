import { REVOCATION_REASONS, type RevocationReason } from '@/lib/kernel/environments';
import type { CrlEntry } from '@/lib/pki/crl';
import type { CertStatus } from '@/lib/pki/ocsp-response';
import type { Tx } from '@/lib/platform/database';

/** A list as it is served. */
export type PublishedCrl = {
  readonly number: number;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
  readonly entries: number;
  readonly der: Uint8Array;
  readonly sha256: string;
};

/** Where an issuer's list stands. */
export type CrlState = {
  readonly issuerId: string;
  /** Of the list that is served; 0 before the first. */
  readonly number: number;
  /** The highest that was ever taken for a list, signed or not. */
  readonly claimed: number;
  readonly thisUpdate: Date | null;
  /** Something was revoked that no list has. */
  readonly behind: boolean;
};

export async function crlStates(tx: Tx): Promise<CrlState[]> {
  const rows = await tx.$queryRaw<
    {
      issuer_id: string;
      number: bigint | null;
      claimed: bigint | null;
      this_update: Date | null;
      behind: boolean;
    }[]
  >`
    SELECT i.id AS issuer_id, c.number, c.claimed, c.this_update,
      EXISTS (SELECT 1 FROM certificate r WHERE r.issuer_id = i.id AND r.revoked_at IS NOT NULL
        AND r.listed_in_crl IS NULL) OR EXISTS (SELECT 1 FROM lost_certificate l
        WHERE l.issuer_id = i.id AND l.listed_in_crl IS NULL) AS behind
    FROM issuer i LEFT JOIN crl c ON c.issuer_id = i.id`;
  return rows.map((row) => ({
    issuerId: row.issuer_id,
    number: Number(row.number ?? 0),
    claimed: Number(row.claimed ?? 0),
    thisUpdate: row.this_update,
    behind: row.behind,
  }));
}

/** Of a revocation of tens of thousands the first list has all; marking them takes the lists after it too. */
const MAX_MARKED = 5_000;

/**
 * Takes the next number for one portal until the lease ends, and marks what its list will have: a revocation that is
 * committed later stays unmarked, and so asks for the next list.
 * @param input.above a number that was signed before, whatever this database remembers
 * @returns null while another portal has the lease
 */
export async function claimCrl(
  tx: Tx,
  input: { issuerId: string; above: number; now: Date; leaseUntil: Date },
): Promise<number | null> {
  const { issuerId, now, leaseUntil } = input;
  const above = BigInt(input.above);
  const rows = await tx.$queryRaw<{ claimed: bigint }[]>`
    INSERT INTO crl (issuer_id, claimed, lease_until) VALUES (${issuerId}, ${above}::bigint + 1, ${leaseUntil})
    ON CONFLICT (issuer_id) DO UPDATE
      SET claimed = GREATEST(crl.claimed, ${above}::bigint) + 1, lease_until = ${leaseUntil}
      WHERE crl.lease_until <= ${now}
    RETURNING claimed`;
  const claimed = rows[0]?.claimed;
  if (claimed === undefined) return null;
  await tx.$executeRaw`
    UPDATE certificate SET listed_in_crl = ${claimed}
    WHERE id IN (SELECT id FROM certificate WHERE issuer_id = ${issuerId} AND revoked_at IS NOT NULL
      AND listed_in_crl IS NULL LIMIT ${MAX_MARKED})`;
  await tx.$executeRaw`
    UPDATE lost_certificate SET listed_in_crl = ${claimed}
    WHERE issuer_id = ${issuerId} AND listed_in_crl IS NULL`;
  return Number(claimed);
}

/**
 * The next entries in ascending order of serial. `expiresAfter` leaves out what expired long ago. They come as one text:
 * a row each would cost three times as much here.
 */
export async function revokedPage(
  tx: Tx,
  input: { issuerId: string; afterSerial: string; expiresAfter: Date; limit: number },
): Promise<CrlEntry[]> {
  const { issuerId, afterSerial, expiresAfter, limit } = input;
  const rows = await tx.$queryRaw<{ page: string | null }[]>`
    SELECT string_agg(serial_hex || ' ' || floor(extract(epoch FROM revoked_at))::bigint || ' '
      || coalesce(revocation_reason, ''), ',' ORDER BY serial_hex COLLATE "C") AS page
    FROM (SELECT * FROM ((SELECT serial_hex, revoked_at, revocation_reason FROM certificate
      WHERE issuer_id = ${issuerId} AND revoked_at IS NOT NULL
        AND serial_hex COLLATE "C" > ${afterSerial} AND not_after > ${expiresAfter}
      ORDER BY serial_hex COLLATE "C" LIMIT ${limit})
      UNION ALL (SELECT serial_hex, revoked_at, NULL FROM lost_certificate
      WHERE issuer_id = ${issuerId} AND serial_hex COLLATE "C" > ${afterSerial} AND not_after > ${expiresAfter}
      ORDER BY serial_hex COLLATE "C" LIMIT ${limit})) AS every
      ORDER BY serial_hex COLLATE "C" LIMIT ${limit}) AS next`;
  const page = rows[0]?.page ?? '';
  return page === '' ? [] : page.split(',').map(entryOf);
}

function entryOf(text: string): CrlEntry {
  const [serialHex = '', seconds = '', reason = ''] = text.split(' ');
  return { serialHex, revokedAt: new Date(Number(seconds) * 1000), reason: reasonOf(reason) };
}

/** Only ever raises the number: of two portals the later list stays. Ends the lease. */
export async function storeCrl(tx: Tx, issuerId: string, crl: PublishedCrl): Promise<void> {
  const number = BigInt(crl.number);
  await tx.crl.updateMany({
    where: { issuerId, number: { lt: number } },
    data: { ...crl, number, der: new Uint8Array(crl.der), leaseUntil: crl.thisUpdate },
  });
}

/** Lets another try at once. */
export async function endLease(tx: Tx, issuerId: string, claimed: number, now: Date) {
  await tx.crl.updateMany({
    where: { issuerId, claimed: BigInt(claimed) },
    data: { leaseUntil: now },
  });
}

/** Whole megabytes at once would hold up others for a tenth of a second. */
const SLICE_BYTES = 256 * 1024;

/** @returns null before the first list, and when another took its place just now */
export async function publishedCrl(tx: Tx, issuerId: string): Promise<PublishedCrl | null> {
  const row = await tx.crl.findUnique({ where: { issuerId }, omit: { der: true } });
  const { number = 0n, thisUpdate, nextUpdate, sha256 } = row ?? {};
  if (!row || !thisUpdate || !nextUpdate || !sha256) return null;
  const slices: Uint8Array[] = [];
  for (let from = 1; ; from += SLICE_BYTES) {
    const [found] = await tx.$queryRaw<{ slice: Uint8Array }[]>`
      SELECT substring(der FROM ${from}::int FOR ${SLICE_BYTES}::int) AS slice FROM crl
      WHERE issuer_id = ${issuerId} AND number = ${number}`;
    if (!found) return null;
    slices.push(found.slice);
    if (found.slice.length < SLICE_BYTES) break;
  }
  const { entries } = row;
  const der = new Uint8Array(Buffer.concat(slices));
  return { number: Number(number), thisUpdate, nextUpdate, entries, der, sha256 };
}

/** What is known of these serials; one that is not in the map was never given to a certificate that exists. */
export async function statusesOf(
  tx: Tx,
  issuerId: string,
  serials: readonly string[],
): Promise<Map<string, CertStatus>> {
  const rows = await tx.$queryRaw<
    { serial_hex: string; revoked_at: Date | null; revocation_reason: string | null }[]
  >`
    SELECT serial_hex, revoked_at, revocation_reason FROM certificate
    WHERE issuer_id = ${issuerId} AND serial_hex = ANY(${serials})
    UNION ALL SELECT serial_hex, NULL, NULL FROM ocsp_responder
    WHERE issuer_id = ${issuerId} AND serial_hex = ANY(${serials})
    UNION ALL SELECT serial_hex, revoked_at, NULL FROM lost_certificate
    WHERE issuer_id = ${issuerId} AND serial_hex = ANY(${serials})`;
  return new Map(
    rows.map(({ serial_hex, revoked_at, revocation_reason }): [string, CertStatus] => [
      serial_hex,
      revoked_at
        ? { kind: 'revoked', revokedAt: revoked_at, reason: reasonOf(revocation_reason) }
        : { kind: 'good' },
    ]),
  );
}

function reasonOf(text: string | null): RevocationReason {
  return REVOCATION_REASONS.find((reason) => reason === text) ?? 'unspecified';
}
