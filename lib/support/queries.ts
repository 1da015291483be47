/** What support's box looks up, each by an index (migration `support`), and at most `MOST` rows of a kind. */
import { hasSerial } from '@/lib/certificates/by-serial';
import type { SupportHit } from '@/lib/contract/support';
import type { Tx } from '@/lib/platform/database';

export const MOST = 20;

const ACCOUNT = { account: { select: { id: true, name: true } } } as const;

export async function accountsById(tx: Tx, ids: readonly string[]): Promise<SupportHit[]> {
  const rows = await tx.account.findMany({ where: { id: { in: [...ids] } } });
  return rows.map((row) => ({
    kind: 'account',
    id: row.id,
    account: { id: row.id, name: row.name },
    name: row.name,
    note: row.suspendedAt ? `${row.legalName}, suspended` : row.legalName,
    at: null,
  }));
}

type CertificateKey =
  | { id: string }
  | { sha256Fingerprint: string }
  | { spkiSha256: string }
  | { serialHex: string }
  | { ids: readonly string[] };

export async function certificatesBy(tx: Tx, key: CertificateKey): Promise<SupportHit[]> {
  const rows = await tx.certificate.findMany({
    where:
      'ids' in key
        ? { id: { in: [...key.ids] } }
        : 'serialHex' in key
          ? await hasSerial(tx, key.serialHex)
          : key,
    include: ACCOUNT,
    orderBy: { createdAt: 'desc' },
    take: MOST + 1,
  });
  return rows.map((row) => ({
    kind: 'certificate',
    id: row.id,
    account: row.account,
    name: row.label,
    note: `${row.commonName}, ${row.environment}${row.revokedAt ? ', revoked' : ''}`,
    at: row.createdAt.toISOString(),
  }));
}

/** The account that a public key belongs to, where no certificate of it is left or was made yet. */
export async function keyOwners(tx: Tx, spkiSha256: string): Promise<SupportHit[]> {
  const row = await tx.publicKey.findUnique({ where: { spkiSha256 }, include: ACCOUNT });
  if (!row) return [];
  return [
    {
      kind: 'account',
      id: row.accountId,
      account: row.account,
      name: row.account.name,
      note: 'Has asked for a certificate with this key; none was issued',
      at: row.createdAt.toISOString(),
    },
  ];
}

export async function peopleBy(
  tx: Tx,
  by: { id: string } | { email: string } | { domain: string },
): Promise<SupportHit[]> {
  const ids = 'id' in by ? [by.id] : await personIds(tx, by);
  const rows = await tx.membership.findMany({
    where: { personId: { in: ids } },
    include: { ...ACCOUNT, person: { select: { name: true, email: true } } },
    orderBy: { createdAt: 'asc' },
    take: MOST + 1,
  });
  return rows.map((row) => ({
    kind: 'person',
    id: row.personId,
    account: row.account,
    name: row.person.name,
    note: `${row.person.email}${row.disabledAt ? ', no longer a member' : ''}`,
    at: null,
  }));
}

async function personIds(tx: Tx, by: { email: string } | { domain: string }): Promise<string[]> {
  const rows =
    'email' in by
      ? await tx.person.findMany({ where: { email: by.email }, select: { id: true } })
      : await tx.$queryRaw<{ id: string }[]>`
          SELECT id FROM person WHERE split_part(email, '@', 2) = ${by.domain} ORDER BY email LIMIT ${MOST + 1}`;
  return rows.map(({ id }) => id);
}

export async function apiClientsBy(
  tx: Tx,
  by: { id: string } | { begin: string },
): Promise<SupportHit[]> {
  const ids =
    'id' in by
      ? [by.id]
      : (
          await tx.$queryRaw<{ id: string }[]>`
            SELECT id FROM api_client WHERE lower(name) LIKE ${begins(by.begin)} ORDER BY lower(name) LIMIT ${MOST + 1}`
        ).map(({ id }) => id);
  const rows = await tx.apiClient.findMany({
    where: { id: { in: ids } },
    include: ACCOUNT,
    orderBy: { name: 'asc' },
  });
  return rows.map((row) => ({
    kind: 'api-client',
    id: row.id,
    account: row.account,
    name: row.name,
    note: `API client in ${row.environment}${row.disabledAt ? ', disabled' : ''}`,
    at: null,
  }));
}

/** Whom an invitation went to that was not accepted yet. */
export async function invitedBy(tx: Tx, email: string): Promise<SupportHit[]> {
  const rows = await tx.invitation.findMany({
    where: { email, acceptedAt: null },
    include: ACCOUNT,
    orderBy: { createdAt: 'desc' },
    take: MOST,
  });
  return rows.map((row) => ({
    kind: 'person',
    id: row.id,
    account: row.account,
    name: row.email,
    note: row.withdrawnAt ? 'Was invited, and the invitation withdrawn' : 'Invited, not accepted',
    at: row.createdAt.toISOString(),
  }));
}

/** The account whose people sign in by their own provider under this domain. */
export async function signInDomains(tx: Tx, domain: string): Promise<SupportHit[]> {
  const rows = await tx.ssoConnection.findMany({
    where: { OR: [{ verifiedDomain: domain }, { domain }] },
    take: MOST,
  });
  const accounts = await accountsById(
    tx,
    rows.map((row) => row.accountId),
  );
  return accounts.map((hit) => ({ ...hit, note: `Signs in with ${domain}` }));
}

export async function apiKeysBy(tx: Tx, prefix: string): Promise<SupportHit[]> {
  const row = await tx.apiKey.findUnique({ where: { prefix }, include: ACCOUNT });
  if (!row?.account) return [];
  return [
    {
      kind: 'api-key',
      id: row.id,
      account: row.account,
      name: row.name,
      note: row.revokedAt ? 'API key, revoked' : 'API key, not revoked',
      at: row.createdAt.toISOString(),
    },
  ];
}

/** Accounts, people and common names that begin so; whole words in the middle of a name are not indexed. */
export async function byName(tx: Tx, name: string): Promise<SupportHit[]> {
  const like = begins(name);
  const accounts = await tx.$queryRaw<{ id: string }[]>`
    (SELECT id FROM account WHERE lower(name) LIKE ${like} LIMIT ${MOST + 1})
    UNION (SELECT id FROM account WHERE lower(legal_name) LIKE ${like} LIMIT ${MOST + 1})
    LIMIT ${MOST + 1}`;
  const certificates = await tx.$queryRaw<{ id: string }[]>`
    SELECT id FROM certificate WHERE lower(common_name) LIKE ${like} LIMIT ${MOST + 1}`;
  const people = await tx.$queryRaw<{ id: string }[]>`
    (SELECT id FROM person WHERE lower(name) LIKE ${like} LIMIT ${MOST + 1})
    UNION (SELECT id FROM person WHERE lower(email) LIKE ${like} LIMIT ${MOST + 1})
    LIMIT ${MOST + 1}`;
  const found = await accountsById(
    tx,
    accounts.map(({ id }) => id),
  );
  return [
    ...found.toSorted((a, b) => a.name.localeCompare(b.name)),
    ...(await apiClientsBy(tx, { begin: name })),
    ...(await certificatesBy(tx, { ids: certificates.map(({ id }) => id) })),
    ...(await Promise.all(people.map(({ id }) => peopleBy(tx, { id })))).flat(),
  ];
}

/** `%` and `_` mean themselves. */
export function begins(text: string): string {
  return `${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
}
