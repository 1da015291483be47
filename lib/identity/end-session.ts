import { systemScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { requestFacts } from '@/lib/platform/request';

/** Ends a session for good, not just in one browser. A repeat changes nothing. */
export async function endSession(sessionId: string): Promise<void> {
  const { requestId } = await requestFacts();
  await acrossAccounts(systemScope('authentication', requestId), async (tx) => {
    const row = await tx.session.findUnique({
      where: { id: sessionId },
      include: { person: true },
    });
    if (!row || row.revokedAt) return;
    await tx.session.update({ where: { id: row.id }, data: { revokedAt: currentTime() } });
    await recordEvent(tx, {
      chain: row.accountId ?? DEPLOYMENT_CHAIN,
      actor: { kind: 'person', id: row.personId, name: row.person.name },
      requestId,
      action: 'session.closed',
      object: { kind: 'session', id: row.id },
      detail: {},
    });
  });
}
