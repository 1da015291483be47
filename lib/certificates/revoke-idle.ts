/**
 * Revokes by itself what somebody asked to be revoked when it is idle. Only what `rotationState` calls safe, and only while
 * every edge is heard: a call that was not reported yet would make it wrong.
 */
import { accountScope, type DeploymentScope, systemScope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { log } from '@/lib/platform/log';
import { publisher } from '@/lib/publishing/publisher';
import { certificatesRevoked } from '@/lib/revocation/revoked';
import { traced } from '@/lib/telemetry/span';
import { renewalOf } from './renewals';
import { revokeOne } from './revoke';
import { laggingClients } from './rotation';
import { rotationState } from './rotation-state';
import { statusOf } from './view';

const AT_ONCE = 100;
// Edges say something every 20 seconds at least.
const SILENT_MS = 2 * MINUTE_MS;
// An edge that is gone for a month is taken to be gone for good.
const FORGOTTEN_MS = 30 * DAY_MS;

/**
 * Each certificate is judged again under its account's lock, so any number of portals may do this at once. A certificate
 * whose renewal is not live or was never seen stays, and so does, by that, the last live one of an environment.
 * @returns how many were revoked
 */
export async function revokeIdle(): Promise<number> {
  const scope = systemScope('rotation', 'rotation');
  let revoked = 0;
  let after = '';
  for (;;) {
    const page = await acrossAccounts(scope, (tx) => candidates(tx, after));
    for (const one of page) revoked += await revokedAlone(scope, one);
    const last = page.at(-1);
    if (page.length < AT_ONCE || !last) break;
    after = last.id;
  }
  if (revoked > 0) {
    publisher().nudge();
    certificatesRevoked();
  }
  return revoked;
}

type Candidate = { id: string; accountId: string };

function candidates(tx: Tx, after: string): Promise<Candidate[]> {
  const now = currentTime();
  return tx.$queryRaw<Candidate[]>`
    SELECT c.id, c.account_id AS "accountId" FROM certificate c JOIN account a ON a.id = c.account_id
    WHERE c.revoke_when_idle_days IS NOT NULL AND c.revoked_at IS NULL AND c.not_after > ${now} AND c.id > ${after}
      AND a.suspended_at IS NULL
      AND coalesce(c.last_seen_at, c.created_at) <= ${now}::timestamptz - make_interval(days => c.revoke_when_idle_days)
    ORDER BY c.id LIMIT ${AT_ONCE}`;
}

async function revokedAlone(scope: DeploymentScope, one: Candidate): Promise<number> {
  try {
    return (await acrossAccounts(scope, (tx) => revokeIfSafe(tx, scope, one))) ? 1 : 0;
  } catch (error) {
    log().warn({ err: error, certificateId: one.id }, 'an idle certificate could not be revoked');
    return 0;
  }
}

async function revokeIfSafe(
  tx: Tx,
  scope: DeploymentScope,
  { id, accountId }: Candidate,
): Promise<boolean> {
  await lockAccount(tx, accountId);
  const now = currentTime();
  const old = await tx.certificate.findFirst({ where: { id, accountId } });
  if (!old || old.revokeWhenIdleDays === null) return false;
  const renewal = await renewalOf(tx, old, now);
  if (!renewal || (await anySilentEdge(tx, now))) return false;
  const state = rotationState({
    old: { ...old, status: statusOf(old, now) },
    next: renewal,
    idleDays: old.revokeWhenIdleDays,
    lately: { old: 0, next: 0 },
    lagging: await laggingClients(tx, { old, next: renewal }, now),
  });
  if (state !== 'safe') return false;
  const rule = {
    idleDays: old.revokeWhenIdleDays,
    askedBy: old.revokeWhenIdleBy ?? 'someone',
    renewalId: renewal.id,
    renewalLabel: renewal.label,
  };
  const inAccount = accountScope(scope, accountId, 'certificates.revoke');
  await traced({ name: 'revoke an idle certificate' }, () =>
    revokeOne(tx, inAccount, { id, reason: 'superseded', rule }),
  );
  return true;
}

async function anySilentEdge(tx: Tx, now: Date): Promise<boolean> {
  const heard = {
    gt: new Date(now.getTime() - FORGOTTEN_MS),
    lt: new Date(now.getTime() - SILENT_MS),
  };
  return (await tx.edge.findFirst({ where: { revokedAt: null, lastSeenAt: heard } })) !== null;
}
