/**
 * The outbox towards the edges: a change is written in the transaction of what changed. Certificates and API clients
 * are written whole; an account is written by id and read when it is sent, since a parent's policy reaches all below.
 */
import { type Environment, isEnvironment } from '@/lib/kernel/environments';
import type { Tx } from '@/lib/platform/database';

export type OutboxChange =
  | {
      kind: 'certificate';
      fingerprint: string;
      accountId: string;
      environment: Environment;
      notBefore: number;
      notAfter: number;
      revokedAt: number | null;
    }
  | { kind: 'api_client'; nameHash: string; accountId: string; environment: Environment }
  | { kind: 'api_client_removed'; nameHash: string }
  | { kind: 'account'; accountId: string };

/**
 * Adds a change. The caller holds the lock of the account's row, so that for one account the order of ids is the
 * order of commits.
 */
export async function recordChange(tx: Tx, change: OutboxChange): Promise<void> {
  await tx.$executeRaw`INSERT INTO edge_change (change) VALUES (${JSON.stringify(change)}::jsonb)`;
}

/** What an edge needs to know of a certificate; times in seconds since 1970. */
export function certificateChange(row: {
  sha256Fingerprint: string;
  accountId: string;
  environment: string;
  notBefore: Date;
  notAfter: Date;
  revokedAt: Date | null;
}): OutboxChange {
  if (!isEnvironment(row.environment)) throw new Error(`unknown environment ${row.environment}`);
  return {
    kind: 'certificate',
    fingerprint: row.sha256Fingerprint.toLowerCase(),
    accountId: row.accountId,
    environment: row.environment,
    notBefore: seconds(row.notBefore),
    notAfter: seconds(row.notAfter),
    revokedAt: row.revokedAt ? seconds(row.revokedAt) : null,
  };
}

export function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000);
}
