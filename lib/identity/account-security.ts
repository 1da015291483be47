/** What an account demands of its people's sign-in, and its own identity provider. */
import { z } from 'zod';
import {
  authorize,
  type DeploymentScope,
  type Principal,
  type Scope,
  systemScope,
} from '@/lib/access/scope';
import { recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts, inScope, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { isLoopbackHost } from '@/lib/platform/env';
import { publicUrlFault } from '@/lib/platform/public-address';
import { newId } from '@/lib/platform/random';
import { roleMapSchema } from './sso-connections';

export type SecurityView = {
  /** Since when; null: each decides for themselves. */
  secondFactorSince: string | null;
  sso: {
    id: string;
    issuer: string;
    clientId: string;
    domain: string | null;
    domainState: 'none' | 'waits' | 'verified';
    roleClaim: string | null;
    roleMap: Record<string, string>;
  } | null;
};

export async function readSecurity(principal: Principal): Promise<SecurityView> {
  const scope = authorize(principal, 'members.read');
  const { accountId } = scope;
  return inScope(scope, async (tx) => {
    const security = await tx.accountSecurity.findUnique({ where: { accountId } });
    const row = await tx.ssoConnection.findUnique({ where: { accountId } });
    const verified = row?.domain && row.domain === row.verifiedDomain;
    return {
      secondFactorSince: security?.secondFactorSince?.toISOString() ?? null,
      sso: row && {
        ...{ id: row.id, issuer: row.issuer, clientId: row.clientId, domain: row.domain },
        domainState: verified ? 'verified' : row.domain ? 'waits' : 'none',
        ...{ roleClaim: row.roleClaim, roleMap: roleMapSchema.catch({}).parse(row.roleMap) },
      },
    };
  });
}

/** Members without a second factor are led to set one up at their next request. A repeat changes nothing. */
export async function requireSecondFactor(
  principal: Principal,
  required: 'yes' | 'no',
): Promise<void> {
  const scope = authorize(principal, 'security.manage');
  const { accountId } = scope;
  await inScope(scope, async (tx) => {
    const before = await tx.accountSecurity.findUnique({ where: { accountId } });
    if (Boolean(before?.secondFactorSince) === (required === 'yes')) return;
    const secondFactorSince = required === 'yes' ? currentTime() : null;
    await tx.accountSecurity.upsert({
      where: { accountId },
      create: { accountId, secondFactorSince },
      update: { secondFactorSince },
    });
    await record(tx, scope, {
      action:
        required === 'yes' ? 'security.second-factor-required' : 'security.second-factor-free',
      detail: {},
    });
  });
}

const printable = /^[^\p{Cc}\p{Cf}]*$/u;
const field = (max: number) => z.string().trim().max(max).regex(printable);
const optional = (max: number) => field(max).transform((text) => text || null);
export const ssoInput = z.object({
  issuer: field(500).min(1),
  clientId: field(255).min(1),
  /** Empty: the one that is kept. */
  clientSecret: field(500),
  domain: optional(253),
  roleClaim: optional(100),
  adminValue: optional(100),
  manageValue: optional(100),
});

/**
 * Describes the account's own identity provider. A changed domain waits for an operator again.
 * @throws AppError `invalid_request` with what is wrong with the issuer, the domain or the secret
 */
export async function saveSso(
  principal: Principal,
  input: z.infer<typeof ssoInput>,
): Promise<void> {
  const scope = authorize(principal, 'security.manage');
  mustBeIssuer(input.issuer);
  const domain = input.domain?.toLowerCase() ?? null;
  if (domain !== null && !/^([a-z0-9-]{1,63}\.)+[a-z]{2,63}$/.test(domain)) {
    throw wrong('The domain is what stands after the @ of your addresses, such as example.com.');
  }
  const { accountId } = scope;
  const { issuer, clientId, clientSecret, roleClaim, adminValue, manageValue } = input;
  const roleMap = {
    ...(manageValue === null ? {} : { [manageValue]: 'manage_mtls' }),
    ...(adminValue === null ? {} : { [adminValue]: 'admin' }),
  };
  await inScope(scope, async (tx) => {
    const before = await tx.ssoConnection.findUnique({ where: { accountId } });
    if (!before && clientSecret === '') throw wrong('The client secret is missing.');
    // A secret is for the provider it was given for, and is sent to no other.
    if (before && before.issuer !== issuer && clientSecret === '') {
      throw wrong('With another issuer, give its client secret too.');
    }
    const values = { issuer, clientId, domain, roleClaim, roleMap };
    const secret = clientSecret === '' ? {} : { clientSecret: deployment().seal(clientSecret) };
    if (before) {
      await tx.ssoConnection.updateMany({ where: { accountId }, data: { ...values, ...secret } });
    } else {
      await insertConnection(tx, { accountId, ...values, clientSecret });
    }
    await record(tx, scope, { action: 'security.sso-set', detail: { issuer, domain, roleClaim } });
  });
}

/** Nobody signs in through it any more, and what it opened ends. A repeat changes nothing. */
export async function removeSso(principal: Principal): Promise<void> {
  const scope = authorize(principal, 'security.manage');
  const { accountId } = scope;
  const removed = await inScope(scope, async (tx) => {
    const { count } = await tx.ssoConnection.deleteMany({ where: { accountId } });
    if (count > 0) await record(tx, scope, { action: 'security.sso-removed', detail: {} });
    return count > 0;
  });
  if (!removed) return;
  await acrossAccounts(systemScope('authentication', scope.requestId), (tx) =>
    tx.session.updateMany({
      where: { confinedTo: accountId, revokedAt: null },
      data: { revokedAt: currentTime() },
    }),
  );
}

/**
 * For operators, who have seen that the domain is the account's.
 * @throws AppError `not_found` unless the account asked for that domain, `domain_taken` when it is another account's
 */
export async function verifyDomain(
  scope: DeploymentScope,
  given: { account: string; domain: string },
): Promise<void> {
  const domain = given.domain.trim().toLowerCase();
  await acrossAccounts(scope, async (tx) => {
    const row = await tx.ssoConnection.findUnique({ where: { accountId: given.account } });
    if (row?.domain !== domain) {
      throw new AppError('not_found', {
        detail: `The account has not asked for the domain ${domain}. Its Admins enter it at /security first.`,
      });
    }
    const other = await tx.ssoConnection.findUnique({ where: { verifiedDomain: domain } });
    if (other && other.id !== row.id) {
      throw new AppError('domain_taken', {
        detail: `${domain} is verified for the account ${other.accountId}.`,
      });
    }
    if (row.verifiedDomain === domain) return;
    await tx.ssoConnection.update({ where: { id: row.id }, data: { verifiedDomain: domain } });
    await recordEvent(tx, {
      chain: given.account,
      actor: scope.actor,
      requestId: scope.requestId,
      action: 'security.domain-verified',
      object: { kind: 'account', id: given.account },
      detail: { domain },
    });
  });
}

// Prisma names every column in an INSERT; the role may not name `verified_domain`.
async function insertConnection(
  tx: Tx,
  row: {
    accountId: string;
    issuer: string;
    clientId: string;
    clientSecret: string;
    domain: string | null;
    roleClaim: string | null;
    roleMap: Record<string, string>;
  },
): Promise<void> {
  const sealed = deployment().seal(row.clientSecret);
  await tx.$executeRaw`
    INSERT INTO sso_connection (id, account_id, issuer, client_id, client_secret, domain, role_claim, role_map, created_at)
    VALUES (${newId('ssoConnection')}, ${row.accountId}, ${row.issuer}, ${row.clientId}, ${sealed}, ${row.domain},
      ${row.roleClaim}, ${JSON.stringify(row.roleMap)}::jsonb, ${currentTime()})`;
}

function mustBeIssuer(issuer: string): void {
  const trying = isLoopbackHost(new URL(deployment().publicUrl).hostname);
  if (trying && URL.canParse(issuer) && isLoopbackHost(new URL(issuer).hostname)) return;
  const fault = publicUrlFault(issuer);
  if (fault) throw wrong(`Issuer: ${fault}`);
}

async function record(
  tx: Tx,
  scope: Scope,
  event: { action: string; detail: Record<string, string | null> },
): Promise<void> {
  const { accountId, actor, requestId } = scope;
  await recordEvent(tx, {
    ...{ chain: accountId, actor, requestId, ...event },
    object: { kind: 'account', id: accountId },
  });
}

function wrong(detail: string): AppError {
  return new AppError('invalid_request', { detail: `${detail} Nothing was changed.` });
}
