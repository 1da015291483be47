import type { Mail } from '@/generated/prisma/client';
import { PERMISSIONS } from '@/lib/access/permissions';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { newId } from '@/lib/platform/random';
import { noticeData } from './notices';
import { type Place, wordsOf } from './words';

const NOTICES_AT_ONCE = 20;
const MAILS_AT_ONCE = 5;
const KEPT_DAYS = 90;

/**
 * Makes one mail per reader of each new notice: members whose role may revoke, and who are neither disabled nor of a
 * suspended account. Several portals share the work without waiting for one another.
 */
export async function spreadNotices(tx: Tx, place: Place): Promise<number> {
  const notices = await tx.$queryRaw<
    { key: string; account_id: string; data: unknown; at: Date }[]
  >`
    SELECT key, account_id, data, at FROM notice WHERE spread_at IS NULL
    ORDER BY at LIMIT ${NOTICES_AT_ONCE} FOR UPDATE SKIP LOCKED`;
  const now = currentTime();
  for (const notice of notices) {
    const data = noticeData.parse(notice.data);
    const account = await tx.account.findUnique({ where: { id: notice.account_id } });
    const readers =
      account && !account.suspendedAt
        ? await tx.membership.findMany({
            where: {
              accountId: notice.account_id,
              disabledAt: null,
              role: { in: [...PERMISSIONS['certificates.revoke'].roles] },
              person: { disabledAt: null },
            },
            include: { person: true },
          })
        : [];
    await tx.mail.createMany({
      skipDuplicates: true,
      data: readers.map(({ person }) => ({
        id: newId('mail'),
        accountId: notice.account_id,
        personId: person.id,
        noticeKey: notice.key,
        address: person.email,
        ...wordsOf(data, { place, reader: person.name, accountName: account?.name ?? '' }),
        at: notice.at,
        dueAt: now,
      })),
    });
    await tx.notice.update({ where: { key: notice.key }, data: { spreadAt: now } });
  }
  return notices.length;
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
    where: { id: { in: mails.map((mail) => mail.personId) } },
    select: { id: true, name: true },
  });
  const names = new Map(people.map((person) => [person.id, person.name]));
  return mails.map((mail) => ({ ...mail, name: names.get(mail.personId) ?? '' }));
}

export async function pruneMails(tx: Tx): Promise<void> {
  await tx.$executeRaw`DELETE FROM mail WHERE due_at IS NULL
    AND at < ${currentTime()}::timestamptz - make_interval(days => ${KEPT_DAYS})`;
}
