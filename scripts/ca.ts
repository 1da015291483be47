/**
 * `npm run ca -- VERB`: the lives of the CAs. Every verb says what it will do and asks, or takes --yes; none writes over
 * a key. Ends with 0 when done, 1 when refused or failed, 2 for a wrong call or a "no", 3 when log and database differ.
 */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { AppError } from '@/lib/kernel/errors';
import { isId } from '@/lib/kernel/ids';
import { tryLockFile } from '@/lib/platform/file-lock';
import { compareLog } from '@/lib/signer/ca/compare-log';
import type { Plan } from '@/lib/signer/ca/plan';
import { caStatus, statusLines } from '@/lib/signer/ca/status';
import { hasDatabase, intentPages, issuerStates } from './ca/database';
import { type CaSettings, caSettings, type Flags } from './ca/settings';
import { BOOLEAN_FLAGS, VERBS } from './ca/verbs';

const DONE = 0;
const FAILED = 1;
const WRONG_CALL = 2;
const DIFFERENT = 3;
const COMMON = ['folder', 'yes', 'json', 'help'];
const SHOWN_SERIALS = 20;

const say = (...lines: readonly string[]): void => {
  for (const line of lines) process.stdout.write(`${line}\n`);
};

async function main(): Promise<number> {
  process.umask(0o077);
  const [word = '', ...rest] = process.argv.slice(2);
  if (word === '' || word === 'help' || rest.includes('--help')) {
    say(...usage());
    return word === '' ? WRONG_CALL : DONE;
  }
  const call = calledWith(word, rest);
  if (typeof call === 'string') {
    process.stderr.write(`${[call, '', ...usage()].join('\n')}\n`);
    return WRONG_CALL;
  }
  const settings = caSettings(call.flags);
  try {
    if (word === 'status') return await status(settings);
    if (word === 'verify-log') return await verifyLog(settings);
    return await alone(settings.folder, async () => {
      const plan = await VERBS[word]?.plan(settings, call.id);
      return plan ? await carriedOut(plan, word, settings) : WRONG_CALL;
    });
  } finally {
    await settings.close();
  }
}

/**
 * One verb at a time on a folder: two rollovers at once would each make a successor. The lock is beside the folder,
 * since a restore wants an empty one; a folder in a place that does not exist yet is nobody's.
 */
async function alone(folder: string, act: () => Promise<number>): Promise<number> {
  if (!existsSync(dirname(folder))) return act();
  const lock = tryLockFile(`${folder}.lock`);
  if (lock === null) {
    process.stderr.write(
      `Another npm run ca works on ${folder}, or waits for an answer. Let it end, and try again. Nothing was changed.\n`,
    );
    return FAILED;
  }
  try {
    return await act();
  } finally {
    lock.release();
  }
}

/** What was called, or what is wrong with it. */
function calledWith(word: string, rest: string[]): { flags: Flags; id: string } | string {
  const verb = VERBS[word];
  const shows = word === 'status' || word === 'verify-log';
  if (!verb && !shows) return `There is no verb "${word}".`;
  const names = [...COMMON, ...(verb?.flags ?? []), ...(word === 'status' ? ['pkcs11'] : [])];
  const options = Object.fromEntries(
    names.map((name) => [
      name,
      { type: BOOLEAN_FLAGS.includes(name) ? 'boolean' : 'string' } as const,
    ]),
  );
  try {
    const { values, positionals } = parseArgs({ args: rest, options, allowPositionals: true });
    const [id = '', ...more] = positionals;
    if (verb?.id && (!isId('issuer', id) || more.length > 0)) {
      return `${word} takes the id of one CA (iss_…): npm run ca -- status lists them.`;
    }
    if (!verb?.id && positionals.length > 0) return `${word} does not take "${id}".`;
    return { flags: values, id };
  } catch (error) {
    return messageOf(error);
  }
}

async function carriedOut(
  plan: Plan,
  word: string,
  { flags, folder }: CaSettings,
): Promise<number> {
  if (plan.will.length > 0) {
    say(`npm run ca -- ${word} will`, ...plan.will.map((line) => `  ${line}`));
    if (VERBS[word]?.seals && !process.env.CA_PASSPHRASE) {
      say(`  seal with ${folder}/passphrase, for trying only: CA_PASSPHRASE is not set`);
    }
    const agreed = flags.yes === true || (await agree());
    if (!agreed) return WRONG_CALL;
  }
  say(...(await plan.run()));
  return DONE;
}

async function agree(): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    process.stderr.write('Nobody can be asked here: say --yes. Nothing was changed.\n');
    return false;
  }
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question('Do this? Type yes: ');
  terminal.close();
  if (answer.trim().toLowerCase() === 'yes') return true;
  say('Nothing was changed.');
  return false;
}

async function status(settings: CaSettings): Promise<number> {
  const { folder, now, token } = settings;
  const states = await issuerStates(settings);
  const tokenKeys = token ? await (await token()).keys() : null;
  const found = await caStatus({ folder, states, tokenKeys, now });
  if (settings.flags.json) say(JSON.stringify(found));
  else {
    say(...statusLines(found));
    if (states === null) say('No portal runs here: which CA is active is not known.');
  }
  return DONE;
}

async function verifyLog(settings: CaSettings): Promise<number> {
  const asked = await hasDatabase(settings);
  const found = await compareLog(settings.folder, asked ? intentPages(settings) : null);
  const { unknownToDatabase, unknownToLog, different } = found;
  if (settings.flags.json) say(JSON.stringify(found));
  else {
    say(
      `The chain of ${found.lines} lines is whole; its head is ${found.head || 'none'}.`,
      `It has ${found.certificates} certificates and ${found.revocationLists} revocation lists.`,
    );
    if (asked) {
      say(
        counted(
          'serials in the log unknown to the database',
          unknownToDatabase.map(({ serialHex }) => serialHex),
        ),
        counted('issued certificates unknown to the log', unknownToLog),
        counted('in both, and different', different),
      );
      if (unknownToDatabase.length > 0) {
        say('If the database was restored: npm run ca -- disown enters them as revoked.');
      }
    } else say('No portal runs here and DATABASE_URL is not set: the chain alone was checked.');
  }
  return unknownToDatabase.length + unknownToLog.length + different.length > 0 ? DIFFERENT : DONE;
}

function counted(what: string, serials: readonly string[]): string {
  const shown = serials.slice(0, SHOWN_SERIALS).map((serial) => `\n    ${serial}`);
  const more = serials.length > SHOWN_SERIALS ? '\n    …' : '';
  return `  ${what}: ${serials.length}${shown.join('')}${more}`;
}

function usage(): string[] {
  const rows: [string, string][] = [
    [
      'status [--json]',
      'each CA, its state, its key, its last revocation list; what is unfinished',
    ],
    ...Object.entries(VERBS).map(([word, { usage: flags, about }]): [string, string] => [
      `${word} ${flags}`,
      about,
    ]),
    ['verify-log [--json]', 'the chain of the signer log, and the log against the database'],
  ];
  return [
    'Usage: npm run ca -- VERB [flags]     for every verb: --folder DIR, --yes',
    ...rows.flatMap(([call, about]) => [`  ${call}`, `      ${about}`]),
    `Settings: SIGNER_DIR or DATA_DIR, CA_PASSPHRASE, PROVIDER_NAME, PKI_URL (or --pki-url); for --pkcs11 PKCS11_MODULE, PKCS11_TOKEN, PKCS11_PIN.`,
  ];
}

function messageOf(error: unknown): string {
  if (error instanceof AppError) return error.detail;
  const { code, path } = Object(error);
  if (code === 'EACCES' || code === 'EPERM') {
    return `${path} cannot be reached by this user: say it as root, or as the signer's user.`;
  }
  if (code === 'ENOSPC') return 'No space is left there. Make room; what was begun there can go.';
  return error instanceof Error ? error.message : String(error);
}

main()
  .then((code) => process.exit(code))
  .catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(FAILED);
  });
