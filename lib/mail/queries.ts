import type { Mail } from '@/generated/prisma/client';
import { PERMISSIONS } from '@/lib/access/permissions';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { newId } from '@/lib/platform/random';
import { type NoticeData, noticeData } from './notices';
import { openedWords } from './personal';
import { type Place, wordsOf } from './words';

export const NOTICES_AT_ONCE = 100;
export const MAILS_AT_ONCE = 5;
const KEPT_DAYS = 90;
const TOLD_WHEN_SUSPENDED: ReadonlySet<NoticeData['kind']> = new Set([
  'account-suspended',
  'key-compromised',
]);

/**
 * Makes one mail per reader of each new notice: members whose role may revoke, and who are not disabled. People of a
 * suspended account are told of the suspension and of a compromised key, and of nothing else. Several portals share the
 * work without waiting for one another.
 */
export async function spreadNotices(tx: Tx, place: Place): Promise<number> {
  const notices = await tx.$queryRaw<
    { key: string; account_id: string; data: unknown; at: Date }[]
  >`
    SELECT key, account_id, data, at FROM notice WHERE spread_at IS NULL
    ORDER BY at LIMIT ${NOTICES_AT_ONCE} FOR UPDATE SKIP LOCKED`;
  const now = currentTime();
  if (notices.length === 0) return 0;
  const readers = await readersOf(tx, new Set(notices.map((one) => one.account_id)));
  const mails = notices.flatMap((notice) => {
    const data = noticeData.parse(notice.data);
    const { account_id: accountId, key: noticeKey, at } = notice;
    const { isSuspended = false, people = [] } = readers.get(accountId) ?? {};
    if (isSuspended && !TOLD_WHEN_SUSPENDED.has(data.kind)) return [];
    const told = people.filter((one) => concerns(data, one));
    return told.map(({ personId, address, reader, accountName }) => ({
      id: newId('mail'),
      accountId,
      personId,
      noticeKey,
      address,
      ...wordsOf(data, { place, reader, accountName }),
      at,
      dueAt: now,
    }));
  });
  if (mails.length > 0) await tx.mail.createMany({ skipDuplicates: true, data: mails });
  const keys = notices.map(({ key }) => key);
  await tx.notice.updateMany({ where: { key: { in: keys } }, data: { spreadAt: now } });
  return notices.length;
}

type Reader = {
  personId: string;
  address: string;
  reader: string;
  accountName: string;
  role: string;
};
type Readers = { isSuspended: boolean; people: Reader[] };

/** Who asks for a right is answered by those who may give it. */
function concerns(data: NoticeData, { role }: Reader): boolean {
  const { roles } = PERMISSIONS['members.manage'];
  return data.kind !== 'access-asked' || roles.some((one) => one === role);
}

async function readersOf(tx: Tx, accountIds: ReadonlySet<string>): Promise<Map<string, Readers>> {
  const accounts = await tx.account.findMany({
    where: { id: { in: [...accountIds] } },
    select: {
      id: true,
      name: true,
      suspendedAt: true,
      memberships: {
        where: {
          disabledAt: null,
          role: { in: [...PERMISSIONS['certificates.revoke'].roles] },
          person: { disabledAt: null },
        },
        select: { role: true, person: { select: { id: true, email: true, name: true } } },
      },
    },
  });
  return new Map(
    accounts.map(({ id, name: accountName, memberships, suspendedAt }) => [
      id,
      {
        isSuspended: suspendedAt !== null,
        people: memberships.map(({ person, role }) => ({
          personId: person.id,
          address: person.email,
          reader: person.name,
          accountName,
          role,
        })),
      },
    ]),
  );
}

/** Takes mails that are due, for as long as `leaseMs`: whoever dies with them lets others have them after that. */
export async function takeDueMails(tx: Tx, leaseMs: number): Promise<(Mail & { name: string })[]> {
  const now = currentTime();
  const taken = await tx.$queryRaw<{ id: string }[]>`
    UPDATE mail SET due_at = ${new Date(now.getTime() + leaseMs)}, attempts = attempts + 1
    WHERE id IN (SELECT id FROM mail WHERE due_at <= ${now} ORDER BY due_at
      LIMIT ${MAILS_AT_ONCE} FOR UPDATE SKIP LOCKED)
    RETURNING id`;
  const mails = await tx.mail.findMany({ where: { id: { in: taken.map((row) => row.id) } } });
  const people = await tx.person.findMany({
    where: { id: { in: mails.flatMap((mail) => mail.personId ?? []) } },
    select: { id: true, name: true },
  });
  const names = new Map(people.map((person) => [person.id, person.name]));
  return mails.map((mail) => ({
    ...mail,
    ...openedWords(mail),
    name: names.get(mail.personId ?? '') ?? '',
  }));
}

export async function pruneMails(tx: Tx): Promise<void> {
  await tx.$executeRaw`DELETE FROM mail WHERE due_at IS NULL
    AND at < ${currentTime()}::timestamptz - make_interval(days => ${KEPT_DAYS})`;
}
