import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import { apiClientView } from '@/lib/api-clients/view';
import { certificateView, environmentOf, withSlot } from '@/lib/certificates/view';
import type { AccountView, OverviewView, SlotView } from '@/lib/contract/views';
import { enforcementOf } from '@/lib/enforcement/read';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';

export async function getAccount(principal: Principal): Promise<AccountView> {
  const scope = authorize(principal, 'account.read');
  return inScope(scope, (tx) => accountView(tx, scope));
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
      include: { intent: { include: { certificate: { include: withSlot } } } },
    });
    const slots: SlotView[] = [];
    for (let slot = 1; slot <= account.liveLimit; slot += 1) {
      const row = used.find((one) => one.slot === slot);
      if (!row) slots.push({ slot, kind: 'free' });
      else if (row.intent.certificate) {
        const certificate = await certificateView(row.intent.certificate, now);
        slots.push({ slot, kind: 'live', certificate });
      } else {
        slots.push({
          slot,
          kind: 'pending',
          environment: environmentOf(row.intent.environment),
          label: row.intent.label,
          since: row.intent.createdAt.toISOString(),
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
  const liveCount = await tx.slot.count({
    where: { accountId, releasesAt: { gt: currentTime() } },
  });
  const enforcement = [];
  for (const environment of ENVIRONMENTS) {
    enforcement.push(await enforcementOf(tx, scope, environment));
  }
  return {
    id: row.id,
    name: row.name,
    legalName: row.legalName,
    liveLimit: row.liveLimit,
    liveCount,
    enforcement,
  };
}
