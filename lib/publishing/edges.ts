/** The edges of this deployment: made and disabled by operators, each with a token of its own. */
import type { Edge } from '@/generated/prisma/client';
import { type DeploymentScope, systemScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import type { Acknowledgement } from '@/lib/contract/edge-protocol';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { log } from '@/lib/platform/log';
import { equalBytes, newId, newSecret, sha256 } from '@/lib/platform/random';

/** The same refusal is not an event each time an edge tries again. */
const SAID_AGAIN_MS = 60 * MINUTE_MS;
const TOKEN_TEXT = /^cse_(edg_[0-9a-z]{26})_([A-Za-z0-9_-]{43})$/;

/** Makes an edge and returns its token, which is never shown again. @throws AppError `name_taken` */
export async function createEdge(
  scope: DeploymentScope,
  name: string,
): Promise<{ id: string; token: string }> {
  return acrossAccounts(scope, (tx) => addEdge(tx, scope, name));
}

export async function addEdge(
  tx: Tx,
  scope: DeploymentScope,
  name: string,
): Promise<{ id: string; token: string }> {
  const id = newId('edge');
  const secret = newSecret();
  const added = await tx.edge.createMany({
    data: [{ id, name, tokenHash: sha256(secret), createdAt: currentTime() }],
    skipDuplicates: true,
  });
  if (added.count === 0) {
    throw new AppError('name_taken', { detail: `There is an edge named ${name} already.` });
  }
  await recordEvent(tx, {
    chain: DEPLOYMENT_CHAIN,
    actor: scope.actor,
    requestId: scope.requestId,
    action: 'edge.created',
    object: { kind: 'edge', id },
    detail: { name },
  });
  return { id, token: `cse_${id}_${secret}` };
}

/** Ends an edge's token. A repeat changes nothing. @throws AppError `not_found` */
export async function disableEdge(scope: DeploymentScope, id: string): Promise<void> {
  await acrossAccounts(scope, async (tx) => {
    const row = await tx.edge.findUnique({ where: { id } });
    if (!row) throw new AppError('not_found', { detail: 'There is no such edge. Check the id.' });
    if (row.revokedAt) return;
    await tx.edge.update({ where: { id }, data: { revokedAt: currentTime() } });
    await recordEvent(tx, {
      chain: DEPLOYMENT_CHAIN,
      actor: scope.actor,
      requestId: scope.requestId,
      action: 'edge.disabled',
      object: { kind: 'edge', id },
      detail: { name: row.name },
    });
  });
}

export async function listEdges(scope: DeploymentScope): Promise<Edge[]> {
  return acrossAccounts(scope, (tx) => tx.edge.findMany({ orderBy: { name: 'asc' } }));
}

/** The edge behind a token, header only. @throws AppError `unauthenticated` */
export async function edgeOfToken(authorization: string | null, requestId: string): Promise<Edge> {
  const text = /^bearer +(\S+)$/i.exec(authorization?.trim() ?? '')?.[1] ?? '';
  const [, id, secret] = TOKEN_TEXT.exec(text) ?? [];
  const scope = systemScope('authentication', requestId);
  const row = id
    ? await acrossAccounts(scope, (tx) => tx.edge.findUnique({ where: { id } }))
    : null;
  const matches = equalBytes(sha256(secret ?? ''), row?.tokenHash ?? new Uint8Array(32));
  if (!row || !matches || row.revokedAt) {
    throw new AppError('unauthenticated', {
      detail: 'The edge token is not known here, or it was disabled.',
    });
  }
  return row;
}

/** The key by which an edge will check all it is sent, to be pinned by the edge. */
export async function enrol(
  edge: Edge,
  requestId: string,
): Promise<{ edgeId: string; name: string; snapshotKey: string }> {
  const scope = systemScope('publishing', requestId);
  await acrossAccounts(scope, async (tx) => {
    const first = await tx.edge.updateMany({
      where: { id: edge.id, enrolledAt: null },
      data: { enrolledAt: currentTime() },
    });
    if (first.count === 0) return;
    await recordEvent(tx, {
      chain: DEPLOYMENT_CHAIN,
      actor: { kind: 'edge', id: edge.id, name: edge.name },
      requestId,
      action: 'edge.enrolled',
      object: { kind: 'edge', id: edge.id },
      detail: { name: edge.name },
    });
  });
  const snapshotKey = Buffer.from(deployment().snapshotPublicKeyDer).toString('base64');
  return { edgeId: edge.id, name: edge.name, snapshotKey };
}

/**
 * Notes which snapshot an edge decides from, and what it was sent and refused; a number that was never published counts
 * as the last that was. The same refusal again is one event an hour.
 */
export async function acknowledge(
  edge: Edge,
  { number, refused }: Acknowledgement,
  requestId: string,
): Promise<void> {
  const scope = systemScope('publishing', requestId);
  await acrossAccounts(
    scope,
    (tx) =>
      tx.$executeRaw`UPDATE edge SET last_seen_at = ${currentTime()},
      applied_number = least(${BigInt(number)}, (SELECT snapshot_number FROM deployment WHERE id = 1))
      WHERE id = ${edge.id}`,
  );
  if (refused) await acrossAccounts(scope, (tx) => noteRefused(tx, { edge, refused, requestId }));
}

async function noteRefused(
  tx: Tx,
  given: { edge: Edge; refused: NonNullable<Acknowledgement['refused']>; requestId: string },
): Promise<void> {
  const { edge, refused, requestId } = given;
  const { reason, detail } = refused;
  const now = currentTime();
  const text = `${reason}: ${detail}`;
  const before = await tx.edge.findUnique({ where: { id: edge.id } });
  await tx.edge.update({ where: { id: edge.id }, data: { refusedAt: now, refusedWhy: text } });
  const known = before?.refusedWhy === text && before.refusedAt;
  if (known && now.getTime() - known.getTime() < SAID_AGAIN_MS) return;
  log().error({ edge: edge.name, reason, detail }, 'an edge refused what it was sent');
  await recordEvent(tx, {
    chain: DEPLOYMENT_CHAIN,
    actor: { kind: 'edge', id: edge.id, name: edge.name },
    requestId,
    action: 'edge.refused-frame',
    object: { kind: 'edge', id: edge.id },
    detail: { name: edge.name, reason, detail },
  });
}
