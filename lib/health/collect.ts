/** What is true at the moment somebody asks for metrics: numbers that rows have, not this process. */
import { systemScope } from '@/lib/access/scope';
import { queryAcrossAccounts } from '@/lib/platform/database';
import { metrics } from '@/lib/platform/metrics';
import { publisher } from '@/lib/publishing/publisher';
import { readiness } from './readiness';

/** Everything there is to know, as text of Prometheus. Where the database is away its gauges are absent, not old. */
export async function metricsText(): Promise<string> {
  const all = metrics();
  const { checks } = await readiness();
  all.signerUp.set(checks.signer === 'ok' ? 1 : 0);
  all.databaseUp.set(checks.database === 'ok' ? 1 : 0);
  all.snapshotNumber.set(publisher().number);
  for (const one of [all.edgeLag, all.edgeSilent, all.queues, all.unsignedChains]) one.reset();
  if (checks.database === 'ok') await collectRows();
  return all.registry.metrics();
}

/** Every part is a look at an index of what waits, or of the few edges; none grows with customers. */
async function collectRows(): Promise<void> {
  const all = metrics();
  const [row] = await queryAcrossAccounts(systemScope('reports', 'metrics'), QUERY, []);
  const { edges, unsigned, ...queues } = Object(row);
  for (const [queue, depth] of Object.entries(queues)) all.queues.set({ queue }, Number(depth));
  all.unsignedChains.set(Number(unsigned));
  for (const { name, behind, silent } of Array.isArray(edges) ? edges : []) {
    all.edgeLag.set({ edge: String(name) }, Number(behind));
    all.edgeSilent.set({ edge: String(name) }, Number(silent));
  }
}

const QUERY = `SELECT
  (SELECT count(*) FROM edge_change WHERE number IS NULL) AS outbox,
  (SELECT count(*) FROM notice WHERE spread_at IS NULL) AS notices,
  (SELECT count(*) FROM mail WHERE due_at IS NOT NULL) AS mail,
  (SELECT count(*) FROM intent WHERE state = 'pending') AS "pending requests",
  (SELECT count(*) FROM audit_head WHERE sequence > checkpointed) AS unsigned,
  (SELECT json_agg(json_build_object('name', e.name,
      'behind', greatest(d.snapshot_number - coalesce(e.applied_number, 0), 0),
      'silent', greatest(extract(epoch FROM now() - e.last_seen_at), 0)))
    FROM edge e, deployment d WHERE e.revoked_at IS NULL AND e.last_seen_at IS NOT NULL) AS edges`;
