/** Through which identity providers people may sign in: the deployment's, and each account's own. */
import { z } from 'zod';
import { MEMBER_ROLES } from '@/lib/access/permissions';
import type { Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';

export const DEPLOYMENT_CONNECTION = 'deployment';
/** An account's Owner is nobody's to name but an Owner's. */
export const MAPPED_ROLES = MEMBER_ROLES.filter((role) => role !== 'owner');
export type MappedRole = (typeof MAPPED_ROLES)[number];
export const roleMapSchema = z.record(z.string(), z.enum(MAPPED_ROLES));

export type Connection = {
  id: string;
  /** Null: of the deployment. */
  accountId: string | null;
  /** On the button. */
  name: string;
  issuer: string;
  clientId: string;
  clientSecret: string;
  /** Only as an operator verified it. */
  domain: string | null;
  roleClaim: string | null;
  roleMap: Record<string, MappedRole>;
};

/** @returns null for an unknown connection, or one whose account is suspended */
export async function connectionById(tx: Tx, id: string): Promise<Connection | null> {
  if (id === DEPLOYMENT_CONNECTION) return deploymentConnection();
  const row = await tx.ssoConnection.findUnique({ where: { id } });
  if (!row) return null;
  const account = await tx.account.findUnique({ where: { id: row.accountId } });
  if (!account || account.suspendedAt) return null;
  const { accountId, issuer, clientId, clientSecret, domain, verifiedDomain, roleClaim } = row;
  return {
    ...{ id, accountId, name: account.name, issuer, clientId, roleClaim },
    clientSecret: deployment().open(clientSecret),
    domain: domain === verifiedDomain ? domain : null,
    roleMap: roleMapSchema.catch({}).parse(row.roleMap),
  };
}

/** Whose people sign in with an e-mail address of this domain; says nothing about any person. */
export async function connectionForEmail(tx: Tx, email: string): Promise<Connection | null> {
  const domain = domainOf(email);
  if (domain === null) return null;
  const row = await tx.ssoConnection.findFirst({ where: { domain, verifiedDomain: domain } });
  return row ? connectionById(tx, row.id) : null;
}

export function deploymentConnection(): Connection | null {
  const { sso } = deployment();
  if (sso === null) return null;
  const { name, issuer, clientId, clientSecret } = sso;
  return {
    ...{ id: DEPLOYMENT_CONNECTION, accountId: null, name, issuer, clientId, clientSecret },
    ...{ domain: null, roleClaim: null, roleMap: {} },
  };
}

/** In lower case; null for what is no address. */
export function domainOf(email: string): string | null {
  return /^[^@\s]+@([^@\s]+)$/.exec(email.trim().toLowerCase())?.[1] ?? null;
}
