/**
 * A Scope is the right to do one thing to one account; a DeploymentScope, to do one thing across accounts. They come
 * from `authorize` and `authorizeDeployment` alone, and no tenant row can be reached without one.
 */
import { AppError } from '@/lib/kernel/errors';
import {
  DEPLOYMENT_PERMISSIONS,
  type DeploymentPermission,
  type KeyScope,
  PERMISSIONS,
  type Permission,
  type Role,
} from './permissions';

export const ACTOR_KINDS = ['person', 'api_key', 'edge', 'system'] as const;
export type Actor = {
  readonly kind: (typeof ACTOR_KINDS)[number];
  readonly id: string;
  readonly name: string;
};

/** Who is asking, as re-read for this very request. */
export type Principal = {
  readonly actor: Actor;
  /** The account the request is about; null for a staff member or key outside any account. */
  readonly account: { readonly id: string; readonly suspended: boolean } | null;
  /** Every role held in that account or on the staff; empty for a key. */
  readonly roles: readonly Role[];
  /** What a key may do; empty for a person. */
  readonly keyScopes: readonly KeyScope[];
  readonly requestId: string;
};

declare const brand: unique symbol;

export type Scope = {
  readonly [brand]: 'Scope';
  readonly accountId: string;
  readonly permission: Permission;
  readonly actor: Actor;
  readonly requestId: string;
};

export type DeploymentScope = {
  readonly [brand]: 'DeploymentScope';
  readonly permission: DeploymentPermission | SystemPurpose;
  readonly actor: Actor;
  readonly requestId: string;
};

/** What the portal does on nobody's behalf. */
export type SystemPurpose =
  | 'authentication'
  | 'enforcement'
  | 'publishing'
  | 'recovery'
  | 'rotation'
  | 'reports'
  | 'revocation'
  | 'start-up'
  | 'command line'
  | 'mail';

/**
 * First statement of every use case.
 * @throws AppError `forbidden`, `account_suspended`
 */
export function authorize(principal: Principal, permission: Permission): Scope {
  const rule = PERMISSIONS[permission];
  if (!allowed(principal, rule)) throw refused(principal, permission);
  if (principal.account === null) {
    throw new AppError('forbidden', {
      detail: 'This belongs to an account, and you are a member of none.',
    });
  }
  if (principal.account.suspended && !asSupport(principal, rule)) {
    throw new AppError('account_suspended', {
      detail: 'This account is suspended, so nothing can be read or changed in it. Ask support.',
    });
  }
  const { actor, requestId } = principal;
  return { accountId: principal.account.id, permission, actor, requestId } as Scope;
}

/** Whether `authorize` would pass, for what to show. It decides nothing. */
export function may(principal: Principal, permission: Permission): boolean {
  return (
    allowed(principal, PERMISSIONS[permission]) &&
    principal.account !== null &&
    (!principal.account.suspended || asSupport(principal, PERMISSIONS[permission]))
  );
}

/** @throws AppError `forbidden` */
export function authorizeDeployment(
  principal: Principal,
  permission: DeploymentPermission,
): DeploymentScope {
  if (!allowed(principal, DEPLOYMENT_PERMISSIONS[permission])) throw refused(principal, permission);
  return { permission, actor: principal.actor, requestId: principal.requestId } as DeploymentScope;
}

/** For the portal's own work and for the command line of whoever runs this machine. */
export function systemScope(purpose: SystemPurpose, requestId: string): DeploymentScope {
  const actor: Actor = { kind: 'system', id: purpose.replace(' ', '-'), name: purpose };
  return { permission: purpose, actor, requestId } as DeploymentScope;
}

/** An operator's act inside one account: the deployment's right narrowed to that account. */
export function accountScope(
  scope: DeploymentScope,
  accountId: string,
  permission: Permission,
): Scope {
  return { accountId, permission, actor: scope.actor, requestId: scope.requestId } as Scope;
}

/** Support goes on reading a suspended account; being its admin beside it opens nothing more. */
function asSupport(principal: Principal, rule: { readonly roles: readonly Role[] }): boolean {
  const roles: readonly Role[] = ['support', 'support_lead'];
  return roles.some((role) => principal.roles.includes(role) && rule.roles.includes(role));
}

function allowed(
  principal: Principal,
  rule: { readonly roles: readonly Role[]; readonly keyScope: KeyScope | null },
): boolean {
  const byRole = principal.roles.some((role) => rule.roles.includes(role));
  const byKey = rule.keyScope !== null && principal.keyScopes.includes(rule.keyScope);
  return byRole || byKey;
}

function refused(principal: Principal, permission: Permission | DeploymentPermission): AppError {
  const rule =
    permission in PERMISSIONS
      ? PERMISSIONS[permission as Permission]
      : DEPLOYMENT_PERMISSIONS[permission as DeploymentPermission];
  if (principal.actor.kind === 'api_key' && rule.keyScope === null) {
    return new AppError('forbidden', {
      detail: 'This is done by people, signed in to the portal; no API key may do it.',
    });
  }
  if (principal.actor.kind === 'api_key') {
    return new AppError('forbidden', {
      detail: `This API key lacks the scope "${rule.keyScope}". Use a key that has it.`,
    });
  }
  return new AppError('forbidden', {
    detail: `Your role (${principal.roles.join(', ') || 'none'}) does not allow this. Ask an admin of the account for the Manage mTLS permission.`,
  });
}
