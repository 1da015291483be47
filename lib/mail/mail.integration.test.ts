/** From a change to a delivered mail, over a real SMTP server and into files, on a real database. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemScope } from '@/lib/access/scope';
import { addMember, disableMember } from '@/lib/accounts/manage';
import { issueCertificate } from '@/lib/certificates/issue';
import { revokeCertificate } from '@/lib/certificates/revoke';
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { setClock } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { openMailer } from '@/lib/platform/mailer';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { sweepExpiries } from './expiry';
import { sendPersonalMail } from './personal';
import { deliverDue } from './sender';

const place = { publicUrl: 'http://localhost:3000', providerName: 'Test Provider' };
const scope = () => systemScope('mail', 'test');
let portal: TestPortal;

type Answer = { code: number; text: string } | null;
let answers: Answer[] = [];
let taken: { to: string[]; source: string }[] = [];
const server = new SMTPServer({
  disabledCommands: ['STARTTLS'],
  authOptional: false,
  allowInsecureAuth: true,
  logger: false,
  onAuth: ({ username, password }, _, done) =>
    username === 'portal' && password === 'p@ss word'
      ? done(null, { user: username })
      : done(new Error('wrong credentials')),
  onData(stream, session, done) {
    let source = '';
    stream.on('data', (chunk: Buffer) => {
      source += chunk.toString();
    });
    stream.on('end', () => {
      const answer = answers.shift() ?? null;
      if (answer) {
        done(Object.assign(new Error(answer.text), { responseCode: answer.code }));
        return;
      }
      taken.push({ to: session.envelope.rcptTo.map((one) => one.address), source });
      done();
    });
  },
});
let smtpUrl: string;

beforeAll(async () => {
  portal = await openTestPortal();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const address = server.server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  smtpUrl = `smtp://portal:${encodeURIComponent('p@ss word')}@127.0.0.1:${port}`;
});
afterEach(() => {
  setClock(null);
  answers = [];
  taken = [];
});
afterAll(async () => {
  await new Promise<void>((done) => server.close(() => done()));
  await portal.stop();
});

const smtp = (url = smtpUrl) =>
  openMailer({ smtpUrl: url, from: 'Bank <notices@bank.example>', outbox: '' });

async function accountWithPeople(name: string) {
  const account = await portal.newAccount();
  const member = (local: string, role: 'admin' | 'manage_mtls' | 'viewer') =>
    acrossAccounts(testScope, (tx) =>
      addMember(tx, testScope, {
        accountId: account.id,
        email: `${local}@${name}.example`,
        name: local,
        role,
      }),
    );
  await member('ines', 'admin');
  await member('tomas', 'manage_mtls');
  await member('priya', 'viewer');
  return account;
}

async function issued(account: Awaited<ReturnType<typeof accountWithPeople>>, label?: string) {
  return issueCertificate(account.as('admin'), {
    csr: opensslCsr().csr,
    environment: 'production',
    ...(label ? { label } : {}),
    idempotencyKey: null,
  });
}

async function deliverAll(mailer = smtp()): Promise<void> {
  while ((await deliverDue({ mailer, place })) === 'more');
  mailer.close();
}

const mailsOf = (accountId: string) =>
  acrossAccounts(testScope, (tx) => tx.mail.findMany({ where: { accountId } }));

describe('e-mail', () => {
  it('reaches each who may manage mTLS, alone, over SMTP with a sign-in', async () => {
    const account = await accountWithPeople('smtp');
    const certificate = await issued(account);
    await deliverAll();
    expect(taken.map((one) => one.to).sort()).toEqual([
      ['ines@smtp.example'],
      ['tomas@smtp.example'],
    ]);
    const [one] = taken;
    expect(one?.source).toMatch(/^From: Bank <notices@bank\.example>$/m);
    expect(one?.source).toMatch(/^Auto-Submitted: auto-generated$/m);
    expect(one?.source).toMatch(/^Message-ID: <mai_[0-9a-z]{26}@localhost>$/im);
    expect(one?.source).toContain('multipart/alternative');
    expect(one?.source.replaceAll('=\r\n', '')).toContain(certificate.serialHex);
    for (const { to, source } of taken) {
      const other = to[0] === 'ines@smtp.example' ? 'tomas@' : 'ines@';
      expect(source).not.toContain(other);
      expect(source).not.toMatch(/BEGIN CERTIFICATE|PRIVATE KEY/);
    }
  });

  it('tells of a revocation once, whoever repeats it, and never those who left', async () => {
    const account = await accountWithPeople('revoked');
    const { id } = await issued(account);
    await deliverAll();
    taken = [];
    await disableMember(testScope, { accountId: account.id, email: 'tomas@revoked.example' });
    await revokeCertificate(account.as('admin'), id, 'superseded');
    await revokeCertificate(account.as('admin'), id, 'superseded');
    await deliverAll();
    expect(taken.map((one) => one.to)).toEqual([['ines@revoked.example']]);
  });

  it('nothing is told of a change that was rolled back', async () => {
    const account = await accountWithPeople('rolled');
    await expect(
      issueCertificate(account.as('admin'), {
        csr: 'no request',
        environment: 'production',
        idempotencyKey: null,
      }),
    ).rejects.toMatchObject({ code: 'csr_rejected' });
    await deliverAll();
    expect(await mailsOf(account.id)).toEqual([]);
  });

  it('RFC 5321, 4.2.1: tries again after 4xx, gives up after 5xx, and keeps what the server said', async () => {
    const account = await accountWithPeople('tries');
    await issued(account);
    answers = [
      { code: 451, text: 'come back later' },
      { code: 550, text: 'no such mailbox' },
    ];
    await deliverAll();
    expect(taken).toEqual([]);
    const [later, gone] = (await mailsOf(account.id)).toSorted((a, b) =>
      String(b.dueAt).localeCompare(String(a.dueAt)),
    );
    const states = [later, gone].map((mail) => [mail?.failedAt === null, mail?.dueAt === null]);
    expect(states).toContainEqual([true, false]);
    expect(states).toContainEqual([false, true]);
    const now = Date.now();
    setClock({ now: () => new Date(now + 2 * MINUTE_MS) });
    await deliverAll();
    expect(taken).toHaveLength(1);
    const failures = (await mailsOf(account.id)).map((mail) => mail.failure);
    expect(failures.filter(Boolean).join()).toContain('no such mailbox');
  });

  it('a server that is away costs nothing but time, and the tries end', async () => {
    const account = await accountWithPeople('away');
    await issued(account);
    const start = Date.now();
    for (let hours = 0; hours < 24; hours += 1) {
      setClock({ now: () => new Date(start + hours * 60 * MINUTE_MS) });
      await deliverAll(smtp('smtp://127.0.0.1:1'));
    }
    const mails = await mailsOf(account.id);
    expect(mails).toHaveLength(2);
    for (const mail of mails) {
      expect([mail.failedAt !== null, mail.attempts, mail.dueAt]).toEqual([true, 6, null]);
      expect(mail.failure).toContain('ECONNREFUSED');
    }
  });

  it('several portals at once deliver each mail once', async () => {
    const account = await accountWithPeople('many');
    await Promise.all([issued(account), issued(account), issued(account)]);
    await Promise.all([deliverAll(), deliverAll(), deliverAll()]);
    const ids = taken.map((one) => /Message-ID: (\S+)/i.exec(one.source)?.[1]);
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(6);
  });

  it('a portal that died while delivering leaves the mail to the next, under the same Message-ID', async () => {
    const account = await accountWithPeople('died');
    await issued(account);
    const dying = { send: () => new Promise<void>(() => undefined), close: () => undefined };
    void deliverDue({ mailer: dying, place });
    await expect
      .poll(async () => (await mailsOf(account.id)).some((mail) => mail.attempts === 1))
      .toBe(true);
    await deliverAll();
    expect(taken).toEqual([]);
    const now = Date.now();
    setClock({ now: () => new Date(now + 6 * MINUTE_MS) });
    await deliverAll();
    const ids = (await mailsOf(account.id)).map((mail) => mail.id).sort();
    const sent = taken.map((one) => /Message-ID: <(\w+)@/i.exec(one.source)?.[1]).sort();
    expect(sent).toEqual(ids);
  });

  it('without SMTP each mail is a file that only its owner reads', async () => {
    const account = await accountWithPeople('files');
    await issued(account, 'Überweisung "1"');
    const outbox = join(portal.dataDir, 'files');
    const mailer = openMailer({ smtpUrl: null, from: 'a@b.example', outbox });
    await deliverAll(mailer);
    const files = readdirSync(outbox);
    expect(files).toHaveLength(2);
    for (const name of files) {
      expect(name).toMatch(/^\d{8}T\d{6}-mai_\w+\.eml$/);
      expect(statSync(join(outbox, name)).mode & 0o777).toBe(0o600);
      expect(readFileSync(join(outbox, name), 'utf8')).toMatch(/^To: (ines|tomas) </m);
    }
    expect(existsSync(outbox)).toBe(true);
  });
});

describe('expiry', () => {
  it('is told at 60, 30, 14, 7 and 1 days, each once, the nearest alone when some were missed', async () => {
    const account = await accountWithPeople('expiry');
    const { notAfter } = await issued(account, 'Yearly');
    const end = new Date(notAfter).getTime();
    await deliverAll();
    taken = [];
    const subjects: string[] = [];
    for (const daysBefore of [70, 61, 59.5, 40, 31, 29.5, 29, 20, 13.5, 6.5, 2.5, 2.4, 0.5]) {
      setClock({ now: () => new Date(end - daysBefore * DAY_MS) });
      await sweepExpiries(scope());
      await sweepExpiries(scope());
      await deliverAll();
      const mine = taken.filter((one) => one.to[0] === 'ines@expiry.example');
      subjects.push(
        ...mine.map(
          (one) => `${daysBefore}: ${/expires (in \d+ days?|today)/.exec(one.source)?.[1]}`,
        ),
      );
      taken = [];
    }
    expect(subjects).toEqual([
      '59.5: in 59 days',
      '29.5: in 29 days',
      '13.5: in 13 days',
      '6.5: in 6 days',
      '0.5: today',
    ]);
  });

  it('says what takes over, and tells of an end only when calls came until then', async () => {
    const account = await accountWithPeople('successor');
    const old = await issued(account, 'ERP');
    const end = new Date(old.notAfter).getTime();
    setClock({ now: () => new Date(end - 10 * DAY_MS) });
    await issued(account, 'ERP');
    await acrossAccounts(testScope, (tx) =>
      tx.certificate.update({
        where: { id: old.id },
        data: { lastSeenAt: new Date(end - DAY_MS) },
      }),
    );
    setClock({ now: () => new Date(end + MINUTE_MS) });
    await sweepExpiries(scope());
    await deliverAll();
    const mine = taken
      .filter((one) => one.to[0] === 'ines@successor.example')
      .map((one) => one.source);
    const expired = mine.find((source) => source.includes('has expired and was in use'));
    expect(expired?.replaceAll('=\r\n', '')).toContain('ERP is there to replace it.');
  });

  it('T20: carries a secret link to its reader, while the database has it sealed', async () => {
    const path = '/reset?token=very-secret';
    const mail = {
      ...{ address: 'reset@meridian.example', personId: null, reader: null, key: 'reset/1' },
      data: { kind: 'password-reset' as const, path, minutes: 30 },
    };
    await acrossAccounts(testScope, (tx) => sendPersonalMail(tx, mail));
    await acrossAccounts(testScope, (tx) => sendPersonalMail(tx, mail));
    const rows = await acrossAccounts(testScope, (tx) =>
      tx.mail.findMany({ where: { address: mail.address } }),
    );
    expect(rows).toHaveLength(1);
    expect(JSON.stringify(rows)).not.toContain('very-secret');
    await deliverAll();
    const [sent] = taken.filter(({ to }) => to[0] === mail.address);
    expect(sent?.source.replaceAll('=\r\n', '')).toMatch(/token=(3D)?very-secret/);
  });
});
