import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import { apiClientView } from '@/lib/api-clients/view';
import { voidAt } from '@/lib/certificates/intents';
import { certificateView, environmentOf } from '@/lib/certificates/view';
import type { AccountView, OverviewView, SlotView } from '@/lib/contract/views';
import { enforcementsOf } from '@/lib/enforcement/read';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';

export async function getAccount(principal: Principal): Promise<AccountView> {
  const scope = authorize(principal, 'account.read');
  return inScope(scope, (tx) => accountView(tx, scope));
}

/** How many slots are used, of how many: what stands in the rail of every page. */
export async function usedSlots(
  principal: Principal,
): Promise<Pick<AccountView, 'liveCount' | 'liveLimit'>> {
  const scope = authorize(principal, 'account.read');
  return inScope(scope, async (tx) => {
    const { liveLimit } = await tx.account.findUniqueOrThrow({
      where: { id: scope.accountId },
      select: { liveLimit: true },
    });
    return { liveCount: await liveCountOf(tx, scope), liveLimit };
  });
}

/** Everything the overview shows, read in one transaction. */
export async function accountOverview(principal: Principal): Promise<OverviewView> {
  const scope = authorize(principal, 'account.read');
  const { accountId } = scope;
  return inScope(scope, async (tx) => {
    const now = currentTime();
    const account = await accountView(tx, scope);
    const used = await tx.slot.findMany({
      where: { accountId, releasesAt: { gt: now } },
      include: { intent: { include: { certificate: true } } },
    });
    const slots: SlotView[] = [];
    // A limit that was lowered takes free slots away, and none that is used.
    let free = account.liveLimit - used.length;
    const highest = Math.max(account.liveLimit, ...used.map((one) => one.slot));
    for (let slot = 1; slot <= highest; slot += 1) {
      const row = used.find((one) => one.slot === slot);
      if (!row) {
        if (free > 0) slots.push({ slot, kind: 'free' });
        free -= 1;
      } else if (row.intent.certificate) {
        const held = { ...row.intent.certificate, intent: { ...row.intent, slot: row } };
        const certificate = await certificateView(held, now);
        slots.push({ slot, kind: 'live', certificate });
      } else {
        slots.push({
          slot,
          kind: 'pending',
          environment: environmentOf(row.intent.environment),
          label: row.intent.label,
          since: row.intent.createdAt.toISOString(),
          voidAt: voidAt(row.intent).toISOString(),
        });
      }
    }
    const clients = await tx.apiClient.findMany({ where: { accountId }, orderBy: { name: 'asc' } });
    return {
      account,
      slots,
      apiClients: clients.map(apiClientView),
      issuedCount: await tx.certificate.count({ where: { accountId } }),
      now: now.toISOString(),
    };
  });
}

async function accountView(tx: Tx, scope: Scope): Promise<AccountView> {
  const { accountId } = scope;
  const row = await tx.account.findUniqueOrThrow({ where: { id: accountId } });
  return {
    id: row.id,
    name: row.name,
    legalName: row.legalName,
    liveLimit: row.liveLimit,
    liveCount: await liveCountOf(tx, scope),
    enforcement: await enforcementsOf(tx, scope),
  };
}

function liveCountOf(tx: Tx, { accountId }: Scope): Promise<number> {
  return tx.slot.count({ where: { accountId, releasesAt: { gt: currentTime() } } });
}
