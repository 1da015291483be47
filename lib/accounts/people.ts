import type { DeploymentScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';

export type ListedPerson = {
  id: string;
  email: string;
  name: string;
  role: string;
  disabledAt: string | null;
};

/** The provider's own people. */
export async function staff(scope: DeploymentScope): Promise<ListedPerson[]> {
  const rows = await acrossAccounts(scope, (tx) =>
    tx.person.findMany({ where: { staffRole: { not: null } }, orderBy: { email: 'asc' } }),
  );
  return rows.map((row) => ({
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.staffRole ?? '',
    disabledAt: row.disabledAt?.toISOString() ?? null,
  }));
}

export async function membersOf(
  scope: DeploymentScope,
  accountId: string,
): Promise<ListedPerson[]> {
  const rows = await acrossAccounts(scope, (tx) =>
    tx.membership.findMany({
      where: { accountId },
      include: { person: true },
      orderBy: { createdAt: 'asc' },
    }),
  );
  return rows.map((row) => ({
    id: row.personId,
    email: row.person.email,
    name: row.person.name,
    role: row.role,
    disabledAt: row.disabledAt?.toISOString() ?? null,
  }));
}

/** Ends a staff member's sign-in and sessions. A repeat changes nothing. @throws AppError `not_found` */
export async function disableStaff(scope: DeploymentScope, email: string): Promise<void> {
  await acrossAccounts(scope, async (tx) => {
    const person = await tx.person.findFirst({
      where: { email: email.toLowerCase(), staffRole: { not: null } },
    });
    if (!person) {
      throw new AppError('not_found', { detail: `There is no staff member ${email}.` });
    }
    if (person.disabledAt) return;
    await tx.person.update({ where: { id: person.id }, data: { disabledAt: currentTime() } });
    await recordEvent(tx, {
      chain: DEPLOYMENT_CHAIN,
      actor: scope.actor,
      requestId: scope.requestId,
      action: 'staff.disabled',
      object: { kind: 'person', id: person.id },
      detail: { email: person.email },
    });
  });
}
