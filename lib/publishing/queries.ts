import { z } from 'zod';
import type { DeploymentScope } from '@/lib/access/scope';
import { policyTimeline, strictest, suspended as suspendedUntil } from '@/lib/edge/mode';
import {
  type AccountEntry,
  ALL_OFF,
  type Change,
  type Modes,
  type SnapshotContent,
} from '@/lib/edge/state';
import {
  ENFORCEMENT_MODES,
  ENVIRONMENTS,
  type Environment,
  isEnvironment,
} from '@/lib/kernel/environments';
import { DAY_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { queryAcrossAccounts, type Tx } from '@/lib/platform/database';
import { type OutboxChange, seconds } from './changes';

/** An expired certificate stays known for a while, so that the edge can say "expired" and not "unknown". */
const KEEP_EXPIRED_MS = 30 * DAY_MS;
const KEEP_OUTBOX_MS = DAY_MS;

/** Numbers what has none, in order of id. @returns the highest number given so far */
export async function numberOutbox(scope: DeploymentScope): Promise<number> {
  const [row] = await queryAcrossAccounts(
    scope,
    'SELECT countersign_number_outbox() AS number',
    [],
  );
  return Number(Object(row).number ?? 0);
}

export async function pruneOutbox(tx: Tx): Promise<void> {
  const before = new Date(currentTime().getTime() - KEEP_OUTBOX_MS);
  await tx.$executeRaw`DELETE FROM edge_change WHERE number IS NOT NULL AND created_at < ${before}`;
}

/** What changed after `fromNumber`, an account as it stands now. */
export async function changesBetween(
  tx: Tx,
  fromNumber: number,
): Promise<{ number: number; changes: Change[] }> {
  const rows = await tx.$queryRaw<{ number: bigint; change: OutboxChange }[]>`
    SELECT number, change FROM edge_change WHERE number > ${BigInt(fromNumber)} ORDER BY number`;
  const touched = rows.flatMap((row) =>
    row.change.kind === 'account' ? [row.change.accountId] : [],
  );
  const accounts = touched.length > 0 ? await accountEntries(tx, touched) : [];
  const changes: Change[] = accounts.map((entry) => ({ kind: 'account', entry }));
  for (const row of rows) {
    const change = decoded(row.change);
    if (change) changes.push(change);
  }
  return { number: Number(rows.at(-1)?.number ?? fromNumber), changes };
}

/** Everything an edge needs, and the number it stands for. Run in one REPEATABLE READ transaction. */
export async function snapshotContent(
  tx: Tx,
): Promise<{ number: number; content: SnapshotContent }> {
  const head = await tx.deployment.findUniqueOrThrow({ where: { id: 1 } });
  const certificates = await tx.certificate.findMany({
    where: { notAfter: { gt: new Date(currentTime().getTime() - KEEP_EXPIRED_MS) } },
    select: {
      sha256Fingerprint: true,
      accountId: true,
      environment: true,
      notBefore: true,
      notAfter: true,
      revokedAt: true,
    },
  });
  const clients = await tx.apiClient.findMany({
    where: { disabledAt: null },
    select: { nameHash: true, accountId: true, environment: true },
  });
  return {
    number: Number(head.snapshotNumber),
    content: {
      accounts: await accountEntries(tx, null),
      certificates: certificates.map((row) => ({
        fingerprint: Buffer.from(row.sha256Fingerprint, 'hex'),
        accountId: row.accountId,
        environment: environmentOf(row.environment),
        notBefore: seconds(row.notBefore),
        notAfter: seconds(row.notAfter),
        revokedAt: row.revokedAt ? seconds(row.revokedAt) : null,
      })),
      apiClients: clients.map((row) => ({
        nameHash: row.nameHash,
        accountId: row.accountId,
        environment: environmentOf(row.environment),
      })),
    },
  };
}

/**
 * The accounts named and all below them (or every account), each with the policy of all above it applied. A suspension
 * is of one account alone: those below it are held to the same policies as before.
 */
async function accountEntries(tx: Tx, ids: string[] | null): Promise<AccountEntry[]> {
  const all = ids === null;
  const accounts = await tx.$queryRaw<
    { id: string; suspended: boolean; policies: unknown; suspensions: unknown }[]
  >`
    WITH RECURSIVE wanted AS (
      SELECT id FROM account WHERE ${all} OR id = ANY(${ids ?? []})
      UNION SELECT a.id FROM account a JOIN wanted w ON a.parent_id = w.id
    ), lineage AS (
      SELECT w.id, w.id AS ancestor FROM wanted w
      UNION SELECT l.id, a.parent_id FROM lineage l JOIN account a ON a.id = l.ancestor
      WHERE a.parent_id IS NOT NULL
    )
    SELECT l.id, bool_or(a.suspended_at IS NOT NULL) AS suspended,
      json_agg(json_build_object('environment', e.environment, 'mode', e.mode,
        'trialEndsAt', extract(epoch FROM e.trial_ends_at)::float8, 'trialBefore', e.trial_before))
        FILTER (WHERE e.mode <> 'off') AS policies,
      json_agg(json_build_object('environment', e.environment,
        'until', extract(epoch FROM e.suspended_until)::float8))
        FILTER (WHERE e.account_id = l.id AND e.suspended_until > ${currentTime()}) AS suspensions
    FROM lineage l JOIN account a ON a.id = l.ancestor
    LEFT JOIN enforcement e ON e.account_id = l.ancestor
    GROUP BY l.id`;
  return accounts.map(({ id, suspended, policies, suspensions }) => ({
    accountId: id,
    suspended,
    modes:
      policies === null
        ? ALL_OFF
        : modesOf(policyRows.parse(policies), suspensionRows.parse(suspensions ?? [])),
  }));
}

const policyRows = z.array(
  z.object({
    environment: z.enum(ENVIRONMENTS),
    mode: z.enum(ENFORCEMENT_MODES),
    trialEndsAt: z.number().nullable(),
    trialBefore: z.enum(ENFORCEMENT_MODES).nullable(),
  }),
);

const suspensionRows = z.array(z.object({ environment: z.enum(ENVIRONMENTS), until: z.number() }));

function modesOf(
  rows: z.infer<typeof policyRows>,
  suspensions: z.infer<typeof suspensionRows>,
): Modes {
  const of = (environment: Environment) => {
    const policies = rows.filter((row) => row.environment === environment).map(policyTimeline);
    const until = suspensions.find((row) => row.environment === environment)?.until ?? null;
    return suspendedUntil(strictest(policies), until === null ? null : Math.floor(until));
  };
  return { production: of('production'), sandbox: of('sandbox') };
}

function decoded(change: OutboxChange): Change | null {
  switch (change.kind) {
    case 'certificate': {
      const { kind, fingerprint, ...entry } = change;
      return { kind, entry: { ...entry, fingerprint: Buffer.from(fingerprint, 'hex') } };
    }
    case 'api_client': {
      const { kind, nameHash, ...entry } = change;
      return { kind, entry: { ...entry, nameHash: Buffer.from(nameHash, 'hex') } };
    }
    case 'api_client_removed':
      return { kind: change.kind, nameHash: Buffer.from(change.nameHash, 'hex') };
    case 'account':
      return null;
  }
}

function environmentOf(text: string): Environment {
  if (!isEnvironment(text)) throw new Error(`unknown environment ${text}`);
  return text;
}
