/**
 * The operator's verbs: what `npm run operator -- NOUN VERB --flags` and the portal's owner-only socket run. Each is
 * the audited use case itself; a secret is in the result once.
 */
import { z } from 'zod';
import { ACCOUNT_KEY_SCOPES, MEMBER_ROLES, STAFF_ROLES } from '@/lib/access/permissions';
import type { DeploymentScope } from '@/lib/access/scope';
import {
  accountsIn,
  addMember,
  addStaff,
  createAccount,
  disableMember,
  LEGAL_NAME_MAX_CHARACTERS,
  suspendAccount,
} from '@/lib/accounts/manage';
import { disableStaff, membersOf, staff } from '@/lib/accounts/people';
import { createApiKey, disableApiKey, keysOf } from '@/lib/api-access/keys';
import { apiClientsOf, createApiClient, disableApiClient } from '@/lib/api-clients/manage';
import { deploymentTrailText } from '@/lib/audit/export-deployment';
import { wholeTrail } from '@/lib/audit/verify-database';
import { MAX_EXPIRY_DAYS } from '@/lib/contract/api-keys';
import { AUDIT_FORMATS } from '@/lib/contract/audit';
import { apiClientBody } from '@/lib/contract/operations';
import { verifyDomain } from '@/lib/identity/account-security';
import { issuerBook } from '@/lib/issuers/book';
import { changeIssuerState } from '@/lib/issuers/change-state';
import { knownIntents } from '@/lib/issuers/known-intents';
import { CEREMONY_ACTS, noteCeremony } from '@/lib/issuers/note';
import { AppError } from '@/lib/kernel/errors';
import { DAY_MS } from '@/lib/kernel/time';
import { blockKeyOnReport, releaseKey, showKey } from '@/lib/key-policy/operate';
import { troubledMails } from '@/lib/mail/outbox';
import { addressList } from '@/lib/platform/address-list';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import { createEdge, disableEdge, listEdges } from '@/lib/publishing/edges';
import { disownCertificates } from '@/lib/revocation/disown';
import { publishRootList } from '@/lib/revocation/publish-root-list';

type Verb = {
  readonly args: z.ZodObject;
  readonly usage: string;
  readonly run: (scope: DeploymentScope, args: unknown) => Promise<unknown>;
};

function verb<T extends z.ZodObject>(
  usage: string,
  args: T,
  run: (scope: DeploymentScope, args: z.infer<T>) => Promise<unknown>,
): Verb {
  return { usage, args, run: (scope, given) => run(scope, args.parse(given)) };
}

const none = z.strictObject({});
const email = z.email().max(254);
const printable = /^[^\p{Cc}\p{Cf}\p{Co}\p{Cn}]*$/u;
const name = z
  .string()
  .trim()
  .min(1)
  .max(128)
  .regex(printable, 'no control or invisible characters');
const legalName = name.max(
  LEGAL_NAME_MAX_CHARACTERS,
  `at most ${LEGAL_NAME_MAX_CHARACTERS} characters fit into a certificate`,
);
const key = z.strictObject({
  spkiSha256: z
    .string()
    .transform((text) => text.replaceAll(':', '').toUpperCase())
    .refine((text) => /^[0-9A-F]{64}$/.test(text), '64 hexadecimal digits'),
});
const reason = z
  .string()
  .trim()
  .min(1)
  .max(500)
  .regex(printable, 'no control or invisible characters');
const networkList = z.string().transform((text, context): string[] => {
  try {
    return addressList(text);
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : 'not a list of networks');
    return z.NEVER;
  }
});
const id = z.strictObject({ id: z.string().min(1) });
const signed = z
  .array(
    z.strictObject({
      intentId: z.string(),
      issuerId: z.string(),
      tbsSha256: z.string().regex(/^[0-9a-f]{64}$/),
      serialHex: z.string().regex(/^[0-9A-F]{32}$/),
      signedAt: z.iso.datetime().transform((text) => new Date(text)),
    }),
  )
  .max(200);

export const OPERATOR_VERBS: Record<string, Record<string, Verb>> = {
  operator: {
    create: verb(
      '--email E --name N [--role operator|support|support_lead]',
      z.strictObject({ email, name, role: z.enum(STAFF_ROLES).default('operator') }),
      (scope, args) => acrossAccounts(scope, (tx) => addStaff(tx, scope, args)),
    ),
    list: verb('', none, (scope) => staff(scope)),
    disable: verb('--email E', z.strictObject({ email }), (scope, args) =>
      disableStaff(scope, args.email),
    ),
  },
  account: {
    create: verb(
      '--name N [--legal-name L] [--parent ID]',
      z.strictObject({
        name: legalName,
        legalName: legalName.optional(),
        parent: z.string().optional(),
      }),
      (scope, args) =>
        createAccount(scope, {
          name: args.name,
          legalName: args.legalName ?? args.name,
          parentId: args.parent ?? null,
        }),
    ),
    list: verb('', none, (scope) => accountsIn(scope)),
    disable: verb('--id ID', id, (scope, args) => suspendAccount(scope, args.id)),
  },
  member: {
    create: verb(
      '--account ID --email E --name N --role owner|admin|manage_mtls|viewer',
      z.strictObject({ account: z.string(), email, name, role: z.enum(MEMBER_ROLES) }),
      (scope, { account, ...args }) =>
        acrossAccounts(scope, (tx) => addMember(tx, scope, { ...args, accountId: account })),
    ),
    list: verb('--account ID', z.strictObject({ account: z.string() }), (scope, args) =>
      membersOf(scope, args.account),
    ),
    disable: verb(
      '--account ID --email E',
      z.strictObject({ account: z.string(), email }),
      (scope, args) => disableMember(scope, { accountId: args.account, email: args.email }),
    ),
  },
  'api-client': {
    create: verb(
      '--account ID --environment production|sandbox --name N',
      z.strictObject({
        account: z.string(),
        environment: apiClientBody.shape.environment,
        name: apiClientBody.shape.name,
      }),
      (scope, { account, ...args }) => createApiClient(scope, { ...args, accountId: account }),
    ),
    list: verb('--account ID', z.strictObject({ account: z.string() }), (scope, args) =>
      apiClientsOf(scope, args.account),
    ),
    disable: verb('--id ID', id, (scope, args) => disableApiClient(scope, args.id)),
  },
  'api-key': {
    create: verb(
      `--name N [--account ID --scopes ${ACCOUNT_KEY_SCOPES.join(',')} --environment production|sandbox] [--days N] [--networks CIDR,...]; without --account an operator's key`,
      z.strictObject({
        name,
        account: z.string().optional(),
        scopes: z
          .string()
          .transform((text) => text.split(','))
          .pipe(z.array(z.enum(ACCOUNT_KEY_SCOPES)))
          .optional(),
        environment: apiClientBody.shape.environment.optional(),
        days: z.coerce.number().int().min(1).max(MAX_EXPIRY_DAYS).optional(),
        networks: networkList.optional(),
      }),
      (scope, args) =>
        createApiKey(scope, {
          name: args.name,
          accountId: args.account ?? null,
          scopes: args.account ? (args.scopes ?? [...ACCOUNT_KEY_SCOPES]) : ['operator'],
          environment: args.account ? (args.environment ?? null) : null,
          expiresAt: args.days ? new Date(currentTime().getTime() + args.days * DAY_MS) : null,
          networks: args.networks ?? [],
        }),
    ),
    list: verb(
      '[--account ID]',
      z.strictObject({ account: z.string().optional() }),
      (scope, args) => keysOf(scope, args.account ?? null),
    ),
    disable: verb('--id ID', id, (scope, args) => disableApiKey(scope, args.id)),
  },
  key: {
    show: verb('--spki-sha256 HEX', key, (scope, args) => showKey(scope, args.spkiSha256)),
    release: verb(
      '--spki-sha256 HEX --reason TEXT: lets another account use it',
      key.extend({ reason }),
      (scope, args) => releaseKey(scope, args),
    ),
    block: verb(
      '--spki-sha256 HEX --reason TEXT: revokes its live certificates, for good',
      key.extend({ reason }),
      (scope, args) => blockKeyOnReport(scope, args),
    ),
  },
  issuer: {
    list: verb('', none, async () =>
      issuerBook()
        .all()
        .map(({ id: issuerId, name: issuerName, kind, environment, state, notAfter }) => ({
          id: issuerId,
          name: issuerName,
          kind,
          environment,
          state,
          notAfter,
        })),
    ),
    activate: verb('--id ID', id, (scope, args) =>
      changeIssuerState(scope, { id: args.id, state: 'active' }),
    ),
    retire: verb('--id ID', id, (scope, args) =>
      changeIssuerState(scope, { id: args.id, state: 'retired' }),
    ),
    publish: verb(
      '--id ID --crl BASE64',
      z.strictObject({ id: z.string(), crl: z.base64() }),
      (scope, args) =>
        publishRootList(scope, {
          id: args.id,
          der: new Uint8Array(Buffer.from(args.crl, 'base64')),
        }),
    ),
    note: verb(
      `--act ${CEREMONY_ACTS.join('|')} --note N [--id ID]`,
      z.strictObject({
        act: z.enum(CEREMONY_ACTS),
        note: reason,
        id: z.string().nullable().default(null),
      }),
      (scope, args) => noteCeremony(scope, args),
    ),
    intents: verb(
      '[--after ID]',
      z.strictObject({
        after: z.string().default(''),
        ids: z.array(z.string()).nullable().default(null),
      }),
      (scope, args) => knownIntents(scope, args),
    ),
    disown: verb(
      '(see npm run ca -- disown)',
      z.strictObject({ certificates: signed }),
      (scope, args) => disownCertificates(scope, args.certificates),
    ),
  },
  audit: {
    verify: verb(
      '[--account ID] [--checkpoint NUMBER --root HEX]: the trail in the database against what was signed',
      z
        .strictObject({
          account: z.string().optional(),
          checkpoint: z.coerce.number().int().min(1).optional(),
          root: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .optional(),
        })
        .refine(({ checkpoint, root }) => (checkpoint === undefined) === (root === undefined), {
          error: 'give both --checkpoint and --root, or neither',
        }),
      (scope, args) => wholeTrail(scope, args),
    ),
    export: verb(
      "--file FILE [--format jsonl|csv]: the deployment's own chain under a signed head, for audit-verify",
      z.strictObject({ format: z.enum(AUDIT_FORMATS).default('jsonl') }),
      (scope, args) => deploymentTrailText(scope, args.format),
    ),
  },
  domain: {
    verify: verb(
      '--account ID --domain D: its identity provider speaks for addresses of that domain',
      z.strictObject({ account: z.string(), domain: z.string().trim().min(3).max(253) }),
      (scope, args) => verifyDomain(scope, args),
    ),
  },
  mail: { list: verb('', none, (scope) => troubledMails(scope)) },
  edge: {
    create: verb('--name N', z.strictObject({ name }), (scope, args) =>
      createEdge(scope, args.name),
    ),
    list: verb('', none, async (scope) =>
      (await listEdges(scope)).map(({ tokenHash: _hash, appliedNumber, ...edge }) => ({
        ...edge,
        appliedNumber: appliedNumber === null ? null : Number(appliedNumber),
      })),
    ),
    disable: verb('--id ID', id, (scope, args) => disableEdge(scope, args.id)),
  },
};

/** @throws AppError `invalid_request` with the usage, or what the use case throws */
export async function runOperatorVerb(
  scope: DeploymentScope,
  command: { noun: string; verb: string; args: unknown },
): Promise<unknown> {
  const found = OPERATOR_VERBS[command.noun]?.[command.verb];
  if (!found) throw new AppError('invalid_request', { detail: operatorUsage() });
  const checked = found.args.safeParse(command.args);
  if (!checked.success) {
    const faults = checked.error.issues.map(
      (issue) =>
        `${issue.path.map((part) => `--${String(part)}`).join(' ') || 'flags'}: ${issue.message}`,
    );
    throw new AppError('invalid_request', {
      detail: `${faults.join('; ')}\nUsage: npm run operator -- ${command.noun} ${command.verb} ${found.usage}`,
    });
  }
  return (await found.run(scope, command.args)) ?? { done: true };
}

export function operatorUsage(): string {
  const lines = Object.entries(OPERATOR_VERBS).flatMap(([noun, verbs]) =>
    Object.entries(verbs).map(([word, { usage }]) => `  ${noun} ${word} ${usage}`.trimEnd()),
  );
  return `Usage: npm run operator -- NOUN VERB [flags] [--json]\n${lines.join('\n')}`;
}
