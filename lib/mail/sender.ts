/** Delivers what the notices say, beside everything else: no request waits for a mail server. */
import { systemScope } from '@/lib/access/scope';
import { sweepKeyExpiries } from '@/lib/api-access/reminders';
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { log } from '@/lib/platform/log';
import type { Mailer } from '@/lib/platform/mailer';
import { traced } from '@/lib/telemetry/span';
import { sweepExpiries } from './expiry';
import { MAILS_AT_ONCE, NOTICES_AT_ONCE, pruneMails, spreadNotices, takeDueMails } from './queries';
import type { Place } from './words';

const POLL_MS = 2 * SECOND_MS;
const SWEEP_EVERY_MS = HOUR_MS;
// Longer than the slowest delivery: a mail is tried by one portal at a time.
const LEASE_MS = 5 * MINUTE_MS;
/** How long after each failed try the next comes; after the last one the mail is given up. */
const RETRY_AFTER_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 8 * HOUR_MS];
const MAX_FAILURE_CHARACTERS = 300;
const PERMANENT = 500;

const scope = () => systemScope('mail', 'mail');

export type MailSender = { stop(): Promise<void> };

export function startMailSender(given: { mailer: Mailer; place: Place }): MailSender {
  let stopped = false;
  let timer: NodeJS.Timeout | null = null;
  let sweptAt = 0;
  let working: Promise<void> = Promise.resolve();
  const turn = async (): Promise<void> => {
    try {
      const now = currentTime().getTime();
      if (now - sweptAt >= SWEEP_EVERY_MS) {
        sweptAt = now;
        await traced({ name: 'remind of what expires' }, async () => {
          await sweepExpiries(scope());
          await sweepKeyExpiries(scope());
          await acrossAccounts(scope(), pruneMails);
        });
      }
      while (!stopped && (await deliverDue(given)) === 'more');
    } catch (error) {
      log().warn({ err: error }, 'mails could not be looked through; trying again');
    }
  };
  const loop = (): void => {
    working = turn().finally(() => {
      if (!stopped) timer = setTimeout(loop, POLL_MS);
    });
  };
  loop();
  return {
    async stop() {
      stopped = true;
      if (timer) clearTimeout(timer);
      await working;
      given.mailer.close();
    },
  };
}

/** Makes mails of new notices and delivers what is due. @returns `more` when there may be more than was taken at once */
export async function deliverDue(given: {
  mailer: Mailer;
  place: Place;
}): Promise<'more' | 'done'> {
  const spread = await acrossAccounts(scope(), (tx) => spreadNotices(tx, given.place));
  const mails = await acrossAccounts(scope(), (tx) => takeDueMails(tx, LEASE_MS));
  for (const mail of mails) {
    await traced({ name: 'deliver a mail' }, () => deliver(mail, given));
  }
  return spread === NOTICES_AT_ONCE || mails.length === MAILS_AT_ONCE ? 'more' : 'done';
}

type DueMail = Awaited<ReturnType<typeof takeDueMails>>[number];

async function deliver(mail: DueMail, given: { mailer: Mailer; place: Place }): Promise<void> {
  const { id, subject, text, html, at } = mail;
  const host = new URL(given.place.publicUrl).hostname;
  const to = { name: mail.name, address: mail.address };
  const message = { messageId: `${id}@${host}`, to, subject, text, html, date: at };
  const outcome = await given.mailer.send(message).then(
    () => ({ sentAt: currentTime(), dueAt: null, failure: null }),
    (error: unknown) => failureOf(error, mail.attempts),
  );
  await acrossAccounts(scope(), (tx) => tx.mail.update({ where: { id }, data: outcome }));
}

function failureOf(error: unknown, attempts: number) {
  const { message, responseCode } = Object(error);
  const failure = String(message ?? error).slice(0, MAX_FAILURE_CHARACTERS);
  const after = RETRY_AFTER_MS[attempts - 1];
  const now = currentTime();
  const final = typeof responseCode === 'number' && responseCode >= PERMANENT;
  log().warn({ failure, attempts }, 'a mail could not be delivered');
  if (final || after === undefined) return { failedAt: now, dueAt: null, failure };
  return { dueAt: new Date(now.getTime() + after), failure };
}
