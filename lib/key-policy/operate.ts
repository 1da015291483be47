/** What support does about one public key: whose it is, letting another account have it, and blocking it for all. */
import { accountScope, type DeploymentScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { revokeKey } from '@/lib/certificates/revoke';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, type Tx } from '@/lib/platform/database';
import { publisher } from '@/lib/publishing/publisher';
import { certificatesRevoked } from '@/lib/revocation/revoked';
import { knownWeakKeys } from './known-weak';

export type ShownKey = {
  spkiSha256: string;
  /** The one account that may have certificates of it; null when nobody had one yet. */
  holder: { accountId: string; name: string; since: string } | null;
  /** In whatever account. */
  liveCertificates: { id: string; accountId: string; environment: string; label: string }[];
  pendingIntents: string[];
  /** Since when it is blocked, and why. */
  blocked: { at: string; why: string } | null;
  /** Whether it is in WEAK_KEYS_FILE. */
  listed: boolean;
};

/** @param spkiSha256 upper-case hexadecimal */
export async function showKey(scope: DeploymentScope, spkiSha256: string): Promise<ShownKey> {
  const listed = await knownWeakKeys().has(spkiSha256);
  return acrossAccounts(scope, async (tx) => {
    const held = await tx.publicKey.findUnique({
      where: { spkiSha256 },
      include: { account: { select: { name: true } } },
    });
    const blocked = await tx.blockedKey.findUnique({ where: { spkiSha256 } });
    return {
      spkiSha256,
      holder: held && {
        accountId: held.accountId,
        name: held.account.name,
        since: held.createdAt.toISOString(),
      },
      ...(await inUse(tx, spkiSha256)),
      blocked: blocked && { at: blocked.at.toISOString(), why: blocked.why },
      listed,
    };
  });
}

/**
 * Lets the next account that proves to hold the key have it; what was issued stays its account's.
 * @throws AppError `not_found` when no account holds it, `invalid_request` while a live certificate or a pending
 *   request has it, or when it is blocked
 */
export async function releaseKey(
  scope: DeploymentScope,
  { spkiSha256, reason }: { spkiSha256: string; reason: string },
): Promise<{ releasedFrom: string }> {
  return acrossAccounts(scope, async (tx) => {
    const accountId = await lockHolder(tx, spkiSha256);
    if (accountId === null) {
      throw new AppError('not_found', {
        detail: 'No account holds this public key. Check the digest.',
      });
    }
    await requireUnused(tx, spkiSha256);
    await tx.publicKey.delete({ where: { spkiSha256 } });
    await recordBoth(tx, scope, { action: 'public-key.released', accountId, spkiSha256, reason });
    return { releasedFrom: accountId };
  });
}

/**
 * For a report from elsewhere: the key is never taken again, and its live certificates are revoked as compromised, in
 * the same transaction.
 */
export async function blockKeyOnReport(
  scope: DeploymentScope,
  { spkiSha256, reason }: { spkiSha256: string; reason: string },
): Promise<{ revoked: string[] }> {
  const { revoked } = await acrossAccounts(scope, (tx) =>
    blockKeyIn(tx, scope, { spkiSha256, reason }),
  );
  publisher().nudge();
  certificatesRevoked();
  return { revoked };
}

/** As `blockKeyOnReport`, as part of something larger: whoever commits it nudges the publisher and the lists. */
export async function blockKeyIn(
  tx: Tx,
  scope: DeploymentScope,
  { spkiSha256, reason }: { spkiSha256: string; reason: string },
): Promise<{ accountId: string | null; revoked: string[] }> {
  const accountId = await lockHolder(tx, spkiSha256);
  const { liveCertificates } = await inUse(tx, spkiSha256);
  await tx.$executeRaw`INSERT INTO blocked_key (spki_sha256, why, at)
    VALUES (${spkiSha256}, ${reason}, ${currentTime()}) ON CONFLICT DO NOTHING`;
  await recordBoth(tx, scope, { action: 'public-key.blocked', accountId, spkiSha256, reason });
  if (accountId !== null) {
    await revokeKey(tx, accountScope(scope, accountId, 'certificates.revoke'), spkiSha256);
  }
  return { accountId, revoked: liveCertificates.map(({ id }) => id) };
}

/**
 * The account that holds the key, also a suspended one, with issuing and revoking there waiting until commit. For a key
 * that nobody holds, whoever is about to claim one waits.
 */
async function lockHolder(tx: Tx, spkiSha256: string): Promise<string | null> {
  const seen = await tx.publicKey.findUnique({ where: { spkiSha256 } });
  if (seen) {
    await tx.$queryRaw`SELECT 1 FROM account WHERE id = ${seen.accountId} FOR NO KEY UPDATE`;
  } else {
    await tx.$executeRaw`LOCK TABLE public_key IN SHARE ROW EXCLUSIVE MODE`;
  }
  const still = await tx.publicKey.findUnique({ where: { spkiSha256 } });
  if (still?.accountId === seen?.accountId) return seen?.accountId ?? null;
  throw new AppError('invalid_request', {
    detail: 'The key changed hands at this very moment. Look at it again with key show.',
  });
}

async function inUse(
  tx: Tx,
  spkiSha256: string,
): Promise<Pick<ShownKey, 'liveCertificates' | 'pendingIntents'>> {
  const liveCertificates = await tx.certificate.findMany({
    where: { spkiSha256, revokedAt: null, notAfter: { gt: currentTime() } },
    select: { id: true, accountId: true, environment: true, label: true },
    orderBy: { id: 'asc' },
  });
  const pending = await tx.intent.findMany({
    where: { spkiSha256, state: 'pending' },
    select: { id: true },
    orderBy: { id: 'asc' },
  });
  return { liveCertificates, pendingIntents: pending.map(({ id }) => id) };
}

async function requireUnused(tx: Tx, spkiSha256: string): Promise<void> {
  const { liveCertificates, pendingIntents } = await inUse(tx, spkiSha256);
  const users = [...liveCertificates.map(({ id }) => id), ...pendingIntents];
  if (users.length > 0) {
    throw new AppError('invalid_request', {
      detail: `The key is in use by ${users.join(', ')}. Nothing was released. Have its account revoke what is live, or wait until pending requests have ended.`,
    });
  }
  if (await tx.blockedKey.findUnique({ where: { spkiSha256 } })) {
    throw new AppError('invalid_request', {
      detail:
        'The key was reported as compromised and is never taken again, in no account. Nothing was released: whoever asks needs a new key.',
    });
  }
}

/** In the trail of whoever held the key, and in the deployment's. */
async function recordBoth(
  tx: Tx,
  scope: DeploymentScope,
  event: {
    action: 'public-key.released' | 'public-key.blocked';
    accountId: string | null;
    spkiSha256: string;
    reason: string;
  },
): Promise<void> {
  const { action, accountId, spkiSha256, reason } = event;
  const chains = accountId === null ? [DEPLOYMENT_CHAIN] : [accountId, DEPLOYMENT_CHAIN];
  for (const chain of chains) {
    await recordEvent(tx, {
      chain,
      actor: scope.actor,
      requestId: scope.requestId,
      action,
      object: { kind: 'public-key', id: spkiSha256 },
      detail: chain === DEPLOYMENT_CHAIN ? { reason, accountId } : { reason },
    });
  }
}
