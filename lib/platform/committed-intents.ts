/** What the signer sees of the database: the intents that are committed and pending, through a role of its own. */
import pg from 'pg';
import { SECOND_MS } from '@/lib/kernel/time';

const POOL_SIZE = 4;
const WITHIN_MS = SECOND_MS;

export type CommittedIntents = {
  read(intentId: string): Promise<{ issuerId: string; tbsDer: Uint8Array } | null>;
  close(): Promise<void>;
};

/** @param url as a role that is a member of countersign_signer */
export function committedIntents(url: string): CommittedIntents {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: WITHIN_MS,
    query_timeout: WITHIN_MS,
    application_name: 'countersign signer',
  });
  // A connection that dies while idle is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  return {
    async read(intentId) {
      const { rows } = await pool.query({
        name: 'intent',
        text: `SELECT "issuer_id", "tbs_der" FROM "intent" WHERE "id" = $1 AND "state" = 'pending'`,
        values: [intentId],
      });
      const [row] = rows;
      return row ? { issuerId: row.issuer_id, tbsDer: new Uint8Array(row.tbs_der) } : null;
    },
    close: () => pool.end(),
  };
}
