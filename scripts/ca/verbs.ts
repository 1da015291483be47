/** The verbs of `npm run ca`, each as a plan that is shown before it is run. */

import { readFileSync, statSync } from 'node:fs';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { planBackup } from '@/lib/signer/ca/backup';
import { compareLog } from '@/lib/signer/ca/compare-log';
import { planImport } from '@/lib/signer/ca/import';
import { planInit } from '@/lib/signer/ca/init';
import { planExport, planKeyImport } from '@/lib/signer/ca/key-file';
import { CaError, environmentsOf, type Plan, providerOf, rootsIn } from '@/lib/signer/ca/plan';
import { planRequest } from '@/lib/signer/ca/request';
import { planRestore } from '@/lib/signer/ca/restore';
import { planRollover, planRootRollover } from '@/lib/signer/ca/rollover';
import { planRootList } from '@/lib/signer/ca/root-list';
import { planSign } from '@/lib/signer/ca/sign';
import { storedIssuers } from '@/lib/signer/key-folder';
import {
  changeState,
  disown,
  hasDatabase,
  intentPages,
  missingFromLog,
  noted,
  publishList,
} from './database';
import {
  type CaSettings,
  KEY_USAGE,
  keyOf,
  passphraseOf,
  path,
  required,
  roomOf,
  text,
} from './settings';

type Verb = {
  readonly usage: string;
  readonly about: string;
  readonly flags: readonly string[];
  /** Takes the id of a CA. */
  readonly id?: true;
  /** Seals keys with CA_PASSPHRASE. */
  readonly seals?: true;
  readonly plan: (settings: CaSettings, id: string) => Plan | Promise<Plan>;
};

export const BOOLEAN_FLAGS = ['yes', 'json', 'pkcs11', 'root', 'root-only', 'help'];

export const VERBS: Readonly<Record<string, Verb>> = {
  init: {
    seals: true,
    usage: `[--name N] [--key ${KEY_USAGE}] [--root-key K] [--pkcs11] [--offline-root DIR | --root-only]`,
    about: 'make a root and an issuing CA for each environment, or what is missing of them',
    flags: ['name', 'key', 'root-key', 'pkcs11', 'offline-root', 'root-only', 'pki-url'],
    plan: (settings) => addressed(settings, initPlan(settings)),
  },
  rollover: {
    seals: true,
    usage: '[--environment E] [--key K] [--pkcs11] [--root [--root-key K] [--root-only]]',
    about: 'make successors beside what issues now; --root: a new root signed by the old one',
    flags: ['environment', 'key', 'pkcs11', 'root', 'root-key', 'root-only', 'pki-url'],
    plan: (settings) => addressed(settings, rolloverPlan(settings)),
  },
  activate: {
    usage: 'ID',
    about: 'from now on this CA issues, being the newest',
    flags: [],
    id: true,
    plan: (settings, id) => statePlan(settings, 'activate', id),
  },
  retire: {
    usage: 'ID',
    about: 'this CA issues no more; its certificates and its revocation list go on',
    flags: [],
    id: true,
    plan: (settings, id) => statePlan(settings, 'retire', id),
  },
  request: {
    seals: true,
    usage: '--out DIR [--environment E] [--name N] [--key K] [--pkcs11]',
    about: 'make keys of issuing CAs, and requests for a root that is on another machine',
    flags: ['out', 'environment', 'name', 'key', 'pkcs11'],
    plan: ({ flags, room, env }) =>
      planRequest({
        room,
        environments: environmentsOf(text(flags, 'environment')),
        providerName: knownProvider(room.folder) ?? text(flags, 'name') ?? env.providerName,
        key: keyOf(flags, 'key', 'EC P-256'),
        out: path(required(flags, 'out')),
      }),
  },
  sign: {
    usage: '--in DIR [--out DIR]',
    about: 'where the root is: show the requests, and sign them as issuing CAs',
    flags: ['in', 'out', 'pki-url'],
    plan: async (settings) => {
      const { flags, room, pkiUrl } = settings;
      const from = path(required(flags, 'in'));
      const out = path(text(flags, 'out') ?? from);
      return addressed(settings, await planSign({ room, from, out, pkiUrl }));
    },
  },
  list: {
    usage: '--out DIR [--revoke ID]',
    about: 'where the root is: sign its revocation list; --revoke: an issuing CA is on it for ever',
    flags: ['out', 'revoke'],
    plan: ({ flags, room }) =>
      planRootList({
        room,
        out: path(required(flags, 'out')),
        revoke: text(flags, 'revoke') ?? null,
      }),
  },
  publish: {
    usage: '--in FILE.crl',
    about: 'where the portal is: serve the list that a root on another machine signed',
    flags: ['in'],
    plan: (settings) => publishPlan(settings),
  },
  import: {
    seals: true,
    usage: '--in DIR | --in FILE',
    about: 'take certificates that the root signed, or a key that was exported (EXPORT_PASSPHRASE)',
    flags: ['in'],
    plan: (settings) => importPlan(settings),
  },
  export: {
    usage: 'ID --out FILE',
    about: 'one CA with its key, sealed with EXPORT_PASSPHRASE',
    flags: ['out'],
    id: true,
    plan: (settings, issuerId) => {
      const out = path(required(settings.flags, 'out'));
      const passphrase = passphraseOf('EXPORT_PASSPHRASE') ?? '';
      const plan = planExport({ room: settings.room, issuerId, out, passphrase });
      return recorded(settings, plan, { act: 'key-exported', id: issuerId, note: `to ${out}` });
    },
  },
  backup: {
    usage: '--out DIR',
    about: 'the whole folder, sealed as it is, with the log; not the passphrase',
    flags: ['out'],
    plan: (settings) => {
      const out = path(required(settings.flags, 'out'));
      const plan = planBackup({ folder: settings.folder, out, now: settings.now });
      return recorded(settings, plan, { act: 'backed-up', id: null, note: `to ${out}` });
    },
  },
  restore: {
    usage: '--in DIR',
    about: 'a backup into an empty folder, with what the database knows of the time since',
    flags: ['in'],
    plan: (settings) => restorePlan(settings),
  },
  disown: {
    usage: '',
    about: 'after a restore of the database: what the log has and it has not is revoked',
    flags: [],
    plan: (settings) => disownPlan(settings),
  },
};

/** The provider whose CAs these are. */
function knownProvider(folder: string): string | null {
  const root = rootsIn(storedIssuers(folder)).at(-1);
  return root ? providerOf(root.certificateDer) : null;
}

function initPlan({ flags, room, env, folder, pkiUrl, now, token }: CaSettings): Plan {
  const elsewhere = text(flags, 'offline-root');
  const rootOnly = flags['root-only'] === true;
  if (elsewhere !== undefined && rootOnly) {
    throw new CaError('--offline-root and --root-only exclude one another.');
  }
  const setting = process.env.ROOT_PASSPHRASE ? 'ROOT_PASSPHRASE' : 'CA_PASSPHRASE';
  const rootRoom = elsewhere === undefined ? room : roomOf(path(elsewhere), setting, token, now);
  const rootKey = keyOf(flags, 'root-key', 'EC P-384');
  return planInit({
    room,
    rootRoom,
    environments: rootOnly ? [] : ENVIRONMENTS,
    providerName:
      knownProvider(rootRoom.folder) ??
      knownProvider(folder) ??
      text(flags, 'name') ??
      env.providerName,
    rootKey: elsewhere === undefined ? rootKey : { ...rootKey, into: 'folder' },
    issuingKey: keyOf(flags, 'key', 'EC P-256'),
    pkiUrl,
  });
}

function rolloverPlan({ flags, room, pkiUrl }: CaSettings): Plan {
  const input = {
    room,
    pkiUrl,
    environments: environmentsOf(text(flags, 'environment')),
    key: keyOf(flags, 'key', 'EC P-256'),
  };
  if (!flags.root) return planRollover(input);
  return planRootRollover({
    ...input,
    rootKey: keyOf(flags, 'root-key', 'EC P-384'),
    only: flags['root-only'] ? 'the root' : 'root and issuing CAs',
  });
}

function statePlan(settings: CaSettings, verb: 'activate' | 'retire', id: string): Plan {
  const known = storedIssuers(settings.folder).find((one) => one.issuerId === id);
  const name = known ? `"${known.name}" (${id})` : id;
  return {
    will: [
      verb === 'activate'
        ? `let ${name} issue from now on, before those that were activated earlier`
        : `let ${name} issue no more: its certificates stay valid, its revocation list goes on`,
    ],
    run: async () => [await changeState(settings, verb, id)],
  };
}

async function importPlan(settings: CaSettings): Promise<Plan> {
  const { room, flags } = settings;
  const from = path(required(flags, 'in'));
  const facts = statSync(from, { throwIfNoEntry: false });
  if (!facts) throw new CaError(`${from} is not there.`);
  if (facts.isDirectory()) return planImport({ room, from });
  const passphrase = passphraseOf('EXPORT_PASSPHRASE') ?? '';
  const plan = await planKeyImport({ room, from, passphrase });
  return recorded(settings, plan, { act: 'key-imported', id: null, note: `from ${from}` });
}

function publishPlan(settings: CaSettings): Plan {
  const from = path(required(settings.flags, 'in'));
  const [, id] = /(iss_[0-9a-z]{26})\.\d+\.crl$/.exec(from) ?? [];
  if (id === undefined)
    throw new CaError(`${from} should be called iss_….NUMBER.crl, as ca list does.`);
  const crl = readFileSync(from).toString('base64');
  return {
    will: [`serve ${from} as the revocation list of the root ${id}`],
    run: async () => [await publishList(settings, id, crl)],
  };
}

async function restorePlan(settings: CaSettings): Promise<Plan> {
  const from = path(required(settings.flags, 'in'));
  const plan = await planRestore({
    from,
    folder: settings.folder,
    passphrase: restorePassphrase(),
    now: settings.now,
    missing: (await hasDatabase(settings)) ? (logged) => missingFromLog(settings, logged) : null,
  });
  return recorded(settings, plan, { act: 'restored', id: null, note: `from ${from}` });
}

async function disownPlan(settings: CaSettings): Promise<Plan> {
  if (!(await hasDatabase(settings))) {
    throw new CaError('No portal runs here and DATABASE_URL is not set: nobody can be asked.');
  }
  const found = await compareLog(settings.folder, intentPages(settings));
  const unknown = found.unknownToDatabase;
  const serials = unknown.map(({ serialHex }) => `revoke ${serialHex}, which is in no account`);
  return {
    will: serials,
    run: async () =>
      unknown.length === 0
        ? ['The database knows every certificate in the signer log.']
        : [`Entered as revoked: ${await disown(settings, unknown)}. They are on the next lists.`],
  };
}

function restorePassphrase(): string {
  const passphrase = passphraseOf('CA_PASSPHRASE');
  if (passphrase !== null) return passphrase;
  throw new CaError('CA_PASSPHRASE: set it to the passphrase that the backup was sealed with.');
}

/** Where revocation lists and issuers are found is in certificates for as long as they live: it is said before. */
function addressed({ pkiUrl }: CaSettings, plan: Plan): Plan {
  if (plan.will.length === 0) return plan;
  const line =
    pkiUrl === null
      ? 'put no address of revocation lists into certificates: PKI_URL is not set'
      : `put ${pkiUrl}/pki/… into certificates as the address of revocation lists and issuers`;
  return { ...plan, will: [...plan.will, line] };
}

/** A verb that the portal cannot see is told to it. */
function recorded(
  settings: CaSettings,
  plan: Plan,
  act: { act: string; id: string | null; note: string },
): Plan {
  if (plan.will.length === 0) return plan;
  return {
    will: plan.will,
    run: async () => [...(await plan.run()), await noted(settings, act)],
  };
}
