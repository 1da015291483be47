import { authorizeDeployment, type DeploymentScope, type Principal } from '@/lib/access/scope';
import type { FleetView } from '@/lib/contract/fleet';
import { authorities } from '@/lib/issuers/authorities';
import { SECOND_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { processWide } from '@/lib/platform/process-wide';
import { edgesBehind } from '@/lib/publishing/edge-lag';
import { expiring, observing, refusalRates } from './fleet-accounts';
import { edgeStates, queues } from './fleet-machines';

/** The same for all who ask; sums over all accounts are not read again for each. */
const KEPT_MS = 10 * SECOND_MS;

type Known = { atMs: number; view: FleetView | null };

/**
 * How the whole deployment stands: what expires, who could enforce, what is refused, edges, CAs, signer and queues; at
 * most ten seconds old.
 * @throws AppError `forbidden`
 */
export async function fleet(principal: Principal): Promise<FleetView> {
  const scope = authorizeDeployment(principal, 'fleet.read');
  const known = processWide<Known>('fleet-view', () => ({ atMs: 0, view: null }));
  const nowMs = currentTime().getTime();
  if (known.view === null || Math.abs(nowMs - known.atMs) >= KEPT_MS) {
    known.view = await readFleet(principal, scope);
    known.atMs = nowMs;
  }
  return known.view;
}

async function readFleet(principal: Principal, scope: DeploymentScope): Promise<FleetView> {
  const lags = await edgesBehind(principal);
  const signer = await signerHealth();
  return acrossAccounts(scope, async (tx) => {
    const { snapshotNumber } = await tx.deployment.findFirstOrThrow({
      select: { snapshotNumber: true },
    });
    return {
      now: currentTime().toISOString(),
      expiring: await expiring(tx),
      observing: await observing(tx),
      refusals: await refusalRates(tx),
      edges: await edgeStates(tx, snapshotNumber, lags),
      newestNumber: snapshotNumber.toString(),
      issuers: issuers(),
      health: [signer, ...(await queues(tx))],
    };
  });
}

function issuers(): FleetView['issuers'] {
  return authorities()
    .roots.flatMap((root) => [root, ...root.issuing])
    .map(({ id, name, kind, environment, state, notAfter, issuesUntil, crl }) => ({
      id,
      name,
      kind,
      environment,
      state,
      notAfter,
      issuesUntil,
      crlNextUpdate: crl?.nextUpdate ?? null,
    }));
}

async function signerHealth(): Promise<FleetView['health'][number]> {
  const name = 'Signer';
  const startMs = performance.now();
  try {
    const { issuers: held, log } = await deployment().signer.status();
    const ms = Math.max(1, Math.round(performance.now() - startMs));
    const able = held.filter((one) => one.canSign).length;
    const says = `Answers in ${ms} ms, holds ${able} keys, has signed ${log.entries.toLocaleString('en')} times`;
    return { name, is: 'fine', says };
  } catch {
    return { name, is: 'wrong', says: 'Does not answer: nothing is issued until it does' };
  }
}
