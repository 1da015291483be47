/** Which accounts a person may open: those they are a member of, and those below, which a parent's people govern. */
import { z } from 'zod';
import { MEMBER_ROLES, type MemberRole } from '@/lib/access/permissions';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import type { Tx } from '@/lib/platform/database';

export type Reach = {
  role: MemberRole;
  /** Of Manage mTLS: the only environment it is for. */
  environment: Environment | null;
  /** Name of the account above whose membership it is; null: one's own. */
  through: string | null;
  /** Ids of the accounts whose members they are: this one, those above. */
  memberOf: string[];
};

const held = z.object({
  id: z.string(),
  role: z.enum(MEMBER_ROLES),
  environment: z.enum(ENVIRONMENTS).nullable(),
  name: z.string(),
  distance: z.number(),
});

/**
 * What a person may be in an account: the most of their membership there and of those above. Nothing is reached through
 * an account that is suspended. Null: nothing.
 */
export async function reachInto(
  tx: Tx,
  personId: string,
  accountId: string,
): Promise<Reach | null> {
  const rows = await tx.$queryRaw<unknown[]>`
    WITH RECURSIVE above AS (
      SELECT id, name, parent_id, 0 AS distance FROM account WHERE id = ${accountId}
      UNION
      SELECT a.id, a.name, a.parent_id, above.distance + 1
      FROM account a JOIN above ON a.id = above.parent_id
      WHERE a.suspended_at IS NULL AND above.distance < 100
    )
    SELECT above.id, m.role, m.environment, above.name, above.distance
    FROM above JOIN membership m ON m.account_id = above.id
    WHERE m.person_id = ${personId} AND m.disabled_at IS NULL ORDER BY above.distance`;
  const memberships = rows.map((row) => held.parse(row));
  const memberOf = memberships.map(({ id }) => id);
  const [most] = memberships
    .map(({ role, environment, name, distance }) =>
      distance === 0
        ? { role, environment: role === 'manage_mtls' ? environment : null, through: null }
        : { role: throughParent(role), environment: null, through: name },
    )
    .toSorted((a, b) => MEMBER_ROLES.indexOf(a.role) - MEMBER_ROLES.indexOf(b.role));
  return most ? { ...most, memberOf } : null;
}

/** Who answers for a parent governs what is below it; everybody else of it looks. */
export function throughParent(role: MemberRole): MemberRole {
  return role === 'owner' || role === 'admin' ? 'admin' : 'viewer';
}

export type ReachedAccount = { accountId: string; name: string; through: string | null };

/** Every account that a person may open: their own, oldest membership first, then those below by name. */
export async function reachedAccounts(tx: Tx, personId: string): Promise<ReachedAccount[]> {
  return tx.$queryRaw<ReachedAccount[]>`
    WITH RECURSIVE reached AS (
      SELECT a.id, a.name, a.suspended_at, NULL::text AS through, 0 AS distance, m.created_at::timestamptz AS since
      FROM membership m JOIN account a ON a.id = m.account_id
      WHERE m.person_id = ${personId} AND m.disabled_at IS NULL
      UNION
      SELECT a.id, a.name, a.suspended_at, COALESCE(reached.through, reached.name), reached.distance + 1,
        NULL::timestamptz
      FROM account a JOIN reached ON a.parent_id = reached.id
      WHERE reached.suspended_at IS NULL AND reached.distance < 100
    ), nearest AS (
      SELECT DISTINCT ON (id) id, name, through, distance, since FROM reached ORDER BY id, distance
    )
    SELECT id AS "accountId", name, through FROM nearest
    ORDER BY (distance > 0), since, name, id`;
}
