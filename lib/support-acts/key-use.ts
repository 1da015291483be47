/** One public key across all accounts: whose it is, its certificates, and who called with them. */
import type { Prisma } from '@/generated/prisma/client';
import { authorizeDeployment, type Principal } from '@/lib/access/scope';
import { hasSerial } from '@/lib/certificates/by-serial';
import type { KeyCalls, KeyCertificate, KeyStanding, KeyUse } from '@/lib/contract/key-use';
import { isEnvironment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { type Reading, readQuery } from '@/lib/support/query';

const MOST_ROWS = 200;

/**
 * The keys that a text can mean: a certificate, a signing request or a public key as PEM, a serial number or fingerprint in
 * whatever notation, the digest of a key, or a certificate's id.
 * @returns SHA-256 of the SubjectPublicKeyInfo, upper-case hexadecimal
 * @throws AppError `invalid_request` for what is none of these, `not_found` for a number that nothing here has
 */
export async function findKeys(principal: Principal, text: string): Promise<string[]> {
  const scope = authorizeDeployment(principal, 'support.look');
  const query = readQuery(text);
  if (query.kind === 'private-key') {
    throw new AppError('invalid_request', {
      detail:
        'That is a private key. It was not kept. Whoever sent it has made it known: treat it as compromised, and paste its certificate here.',
    });
  }
  if (query.kind === 'unreadable') throw new AppError('invalid_request', { detail: query.why });
  const readings = query.kind === 'readings' ? query.readings : [];
  const found = await acrossAccounts(scope, async (tx) => {
    const keys: string[] = [];
    for (const reading of readings) keys.push(...(await keysOf(tx, reading)));
    return [...new Set(keys)];
  });
  if (found.length > 0) return found;
  throw new AppError('not_found', {
    detail:
      'No key is known by that. Paste the certificate, its serial number, its SHA-256 fingerprint, or the digest of its key.',
  });
}

async function keysOf(tx: Tx, reading: Reading): Promise<string[]> {
  switch (reading.is) {
    // A key that nobody here has can still be blocked, so it needs no row.
    case 'certificate':
    case 'key':
      return [reading.spki];
    case 'fingerprint':
      return keysWhere(tx, {
        OR: [{ sha256Fingerprint: reading.sha256 }, { spkiSha256: reading.sha256 }],
      });
    case 'serial':
      return keysWhere(tx, await hasSerial(tx, reading.serialHex));
    case 'id':
      return reading.of === 'certificate' ? keysWhere(tx, { id: reading.id }) : [];
    default:
      return [];
  }
}

async function keysWhere(tx: Tx, where: Prisma.CertificateWhereInput): Promise<string[]> {
  const rows = await tx.certificate.findMany({
    where,
    select: { spkiSha256: true },
    take: 10,
  });
  return rows.map(({ spkiSha256 }) => spkiSha256);
}

/** Everything known of a key, and the calls that came with it since then. */
export async function keyUse(
  principal: Principal,
  spkiSha256: string,
  since: Date,
): Promise<KeyUse> {
  const scope = authorizeDeployment(principal, 'support.look');
  return acrossAccounts(scope, (tx) => keyUseIn(tx, spkiSha256, since));
}

export async function keyUseIn(tx: Tx, spkiSha256: string, since: Date): Promise<KeyUse> {
  const held = await tx.publicKey.findUnique({
    where: { spkiSha256 },
    include: { account: { select: { id: true, name: true } } },
  });
  const blocked = await tx.blockedKey.findUnique({ where: { spkiSha256 } });
  const certificates = await certificatesOf(tx, spkiSha256);
  return {
    spkiSha256,
    holder: held?.account ?? null,
    blocked: blocked && { at: blocked.at.toISOString(), why: blocked.why },
    certificates,
    pending: await tx.intent.count({ where: { spkiSha256, state: 'pending' } }),
    calls: await callsWith(
      tx,
      certificates.map(({ id }) => id),
      since,
    ),
  };
}

/** What is live of a key now. */
export async function keyStanding(tx: Tx, spkiSha256: string): Promise<KeyStanding> {
  const certificates = await certificatesOf(tx, spkiSha256);
  const live = certificates.filter(({ state }) => state === 'live');
  return {
    live: live.length,
    accounts: [...new Set(live.map(({ accountName }) => accountName))],
  };
}

async function certificatesOf(tx: Tx, spkiSha256: string): Promise<KeyCertificate[]> {
  const now = currentTime();
  const rows = await tx.certificate.findMany({
    where: { spkiSha256 },
    include: { account: { select: { name: true } } },
    orderBy: { id: 'desc' },
    take: MOST_ROWS,
  });
  return rows.flatMap((row) => {
    const { environment } = row;
    if (!isEnvironment(environment)) return [];
    return {
      id: row.id,
      accountId: row.accountId,
      accountName: row.account.name,
      environment,
      label: row.label,
      commonName: row.commonName,
      serialHex: row.serialHex,
      sha256Fingerprint: row.sha256Fingerprint,
      state: row.revokedAt ? 'revoked' : row.notAfter <= now ? 'expired' : 'live',
      notAfter: row.notAfter.toISOString(),
      revokedAt: row.revokedAt?.toISOString() ?? null,
      lastSeenAt: row.lastSeenAt?.toISOString() ?? null,
    } satisfies KeyCertificate;
  });
}

async function callsWith(tx: Tx, certificateIds: string[], since: Date): Promise<KeyCalls> {
  const where = { certificateId: { in: certificateIds }, lastAt: { gte: since } };
  const counted = await tx.callCount.groupBy({
    by: ['certificateId', 'environment', 'network', 'userAgent', 'outcome'],
    where,
    _sum: { calls: true },
    _min: { firstAt: true },
    _max: { lastAt: true },
    orderBy: { _max: { lastAt: 'desc' } },
    take: MOST_ROWS,
  });
  const totals = await tx.callCount.groupBy({ by: ['outcome'], where, _sum: { calls: true } });
  const networks = await tx.callCount.findMany({
    where,
    distinct: ['network'],
    select: { network: true },
  });
  const sum = (passed: 'passed' | 'refused') =>
    totals
      .filter(({ outcome }) => (outcome === 'passed') === (passed === 'passed'))
      .reduce((all, { _sum }) => all + Number(_sum.calls ?? 0), 0);
  return {
    since: since.toISOString(),
    passed: sum('passed'),
    refused: sum('refused'),
    networks: networks.length,
    rows: counted.map((row) => ({
      certificateId: row.certificateId ?? '',
      environment: row.environment,
      network: row.network,
      userAgent: row.userAgent,
      outcome: row.outcome,
      calls: Number(row._sum.calls ?? 0),
      firstAt: (row._min.firstAt ?? since).toISOString(),
      lastAt: (row._max.lastAt ?? since).toISOString(),
    })),
  };
}
