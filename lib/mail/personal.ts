/** Mail to one person that is of no account: invitations, resets, and what happened to their sign-in. */
import type { Mail } from '@/generated/prisma/client';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { newId } from '@/lib/platform/random';
import { holdsSecret, type PersonalMail, personalWords } from './personal-words';

/**
 * Writes a mail in the transaction of what causes it; it leaves within seconds of the commit. What has a secret link in
 * it is sealed until then and after.
 * @param mail.personId null for who has no sign-in yet
 * @param mail.reader their name; null: unknown
 * @param mail.key what it is about: a second one with the same key is the same one
 */
export async function sendPersonalMail(
  tx: Tx,
  mail: {
    address: string;
    personId: string | null;
    reader: string | null;
    data: PersonalMail;
    key: string;
  },
): Promise<void> {
  const { address, personId, reader, data } = mail;
  const noticeKey = `personal/${mail.key}`;
  if (await tx.mail.findFirst({ where: { noticeKey, address }, select: { id: true } })) return;
  const { publicUrl, providerName, seal } = deployment();
  const { subject, text, html } = personalWords(data, {
    place: { publicUrl, providerName },
    reader,
  });
  const words = holdsSecret(data)
    ? { text: '', html: '', sealed: seal(JSON.stringify({ text, html })) }
    : { text, html };
  const now = currentTime();
  await tx.mail.create({
    data: {
      id: newId('mail'),
      accountId: null,
      personId,
      noticeKey,
      address,
      subject,
      ...words,
      at: now,
      dueAt: now,
    },
  });
}

/** The words of a mail as its reader gets them. */
export function openedWords(mail: Pick<Mail, 'text' | 'html' | 'sealed'>): {
  text: string;
  html: string;
} {
  if (mail.sealed === null) return { text: mail.text, html: mail.html };
  const opened: unknown = JSON.parse(deployment().open(mail.sealed));
  const { text, html } = Object(opened);
  return { text: String(text), html: String(html) };
}
