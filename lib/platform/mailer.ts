/** How a mail leaves: over SMTP, or, where none is set, as a file that any mail program opens. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { SECOND_MS } from '@/lib/kernel/time';

export type Message = {
  /** Without angle brackets; the same for every try, so that a mail program folds what arrives twice. */
  messageId: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
  html: string;
  date: Date;
};

export type Mailer = {
  /** @throws Error with `responseCode` where the server answered; 5xx is final (RFC 5321, 4.2.1) */
  send(message: Message): Promise<void>;
  close(): void;
};

export type MailSettings = {
  /** smtp:// or smtps://, with credentials; null: files. */
  smtpUrl: string | null;
  from: string;
  /** Where files go. */
  outbox: string;
};

const TIMEOUTS = {
  connectionTimeout: 10 * SECOND_MS,
  greetingTimeout: 10 * SECOND_MS,
  socketTimeout: 20 * SECOND_MS,
};
const MAX_FILES = 500;

export function openMailer({ smtpUrl, from, outbox }: MailSettings): Mailer {
  return smtpUrl === null ? fileMailer(outbox, from) : smtpMailer(smtpUrl, from);
}

function smtpMailer(url: string, from: string): Mailer {
  const { protocol, hostname, port, username, password } = new URL(url);
  const transport = createTransport({
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port ? Number(port) : protocol === 'smtps:' ? 465 : 587,
    secure: protocol === 'smtps:',
    ...(username
      ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } }
      : {}),
    pool: true,
    maxConnections: 2,
    ...TIMEOUTS,
  });
  return {
    async send(message) {
      await transport.sendMail(envelope(message, from));
    },
    close: () => transport.close(),
  };
}

function fileMailer(outbox: string, from: string): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return {
    async send(message) {
      mkdirSync(outbox, { recursive: true, mode: 0o700 });
      const { message: bytes } = await transport.sendMail(envelope(message, from));
      const stamp = message.date.toISOString().replace(/[-:]|\..*/g, '');
      const id = message.messageId.replace(/@.*/, '');
      writeFileSync(
        join(outbox, `${stamp}-${id}.eml`),
        new Uint8Array(Buffer.from(bytes.toString())),
        {
          mode: 0o600,
        },
      );
      const files = readdirSync(outbox).filter((name) => name.endsWith('.eml'));
      for (const old of files.sort().slice(0, -MAX_FILES))
        rmSync(join(outbox, old), { force: true });
    },
    close: () => transport.close(),
  };
}

function envelope(message: Message, from: string) {
  const { messageId, ...rest } = message;
  return {
    ...rest,
    from,
    messageId: `<${messageId}>`,
    list: { id: 'mTLS notices <notices.countersign>' },
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}
