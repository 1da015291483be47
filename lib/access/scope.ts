/**
 * A Scope is the right to do one thing to one account; a DeploymentScope, to do one thing across accounts. They come
 * from `authorize` and `authorizeDeployment` alone, and no tenant row can be reached without one.
 */
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { MINUTE_MS } from '@/lib/kernel/time';
import {
  DEPLOYMENT_PERMISSIONS,
  type DeploymentPermission,
  type KeyScope,
  PERMISSIONS,
  type Permission,
  RECENT_MINUTES,
  type Role,
  type Rule,
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
  /** The only environment in which a membership or a key may act; absent: in every one. */
  readonly actsIn?: Environment;
  /** Somebody of support sees an account as its customers do: a viewer there, and nothing else. Absent: not so. */
  readonly viewing?: 'yes';
  /** When the person last proved to be the one; null: not a person. */
  readonly authenticatedAt: Date | null;
  /** When this is asked: what `recent` in a rule counts from. */
  readonly askedAt: Date;
  readonly requestId: string;
};

declare const brand: unique symbol;

export type Scope = {
  readonly [brand]: 'Scope';
  readonly accountId: string;
  readonly permission: Permission;
  /** As the principal's: `requireEnvironment` holds what is found in the account to it. */
  readonly actsIn?: Environment;
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
  | 'audit'
  | 'authentication'
  | 'enforcement'
  | 'publishing'
  | 'recovery'
  | 'rotation'
  | 'reports'
  | 'revocation'
  | 'start-up'
  | 'command line'
  | 'mail'
  | 'membership'
  | 'support acts';

/**
 * First statement of every use case.
 * @param environment where something is to be changed; where only the row tells, `requireEnvironment` follows
 * @throws AppError `forbidden`, `account_suspended`, `reauthentication_required`
 */
export function authorize(
  principal: Principal,
  permission: Permission,
  environment?: Environment,
): Scope {
  const rule: Rule = PERMISSIONS[permission];
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
  if (rule.recent === 'yes' && principal.actor.kind === 'person') requireProved(principal);
  const { actor, requestId, actsIn } = principal;
  const bounds = actsIn !== undefined && rule.bound === 'environment' ? { actsIn } : {};
  const scope = { accountId: principal.account.id, permission, ...bounds, actor, requestId };
  if (environment !== undefined) requireEnvironment(scope as Scope, environment);
  return scope as Scope;
}

/**
 * Holds a scope to the environment of what it is about to change.
 * @throws AppError `forbidden` where its holder may act in another environment only
 */
export function requireEnvironment({ actsIn, actor }: Scope, environment: string): void {
  if (actsIn === undefined || actsIn === environment) return;
  throw new AppError('forbidden', {
    detail:
      actor.kind === 'api_key'
        ? `This API key is for ${actsIn} only, and this is of ${environment}. Use a key that is for ${environment}.`
        : `Your Manage mTLS permission is for ${actsIn} only, and this is of ${environment}. Ask an Owner or Admin of the account for it in ${environment}.`,
  });
}

/** Whether `authorize` would pass, in this environment or, without one, in any; for what to show. It decides nothing. */
export function may(
  principal: Principal,
  permission: Permission,
  environment?: Environment,
): boolean {
  const rule: Rule = PERMISSIONS[permission];
  const { account, actsIn } = principal;
  if (!allowed(principal, rule) || account === null) return false;
  if (account.suspended && !asSupport(principal, rule)) return false;
  return (
    rule.bound !== 'environment' ||
    environment === undefined ||
    actsIn === undefined ||
    actsIn === environment
  );
}

/** @throws AppError `forbidden`, `reauthentication_required` */
export function authorizeDeployment(
  principal: Principal,
  permission: DeploymentPermission,
): DeploymentScope {
  const rule: Rule = DEPLOYMENT_PERMISSIONS[permission];
  if (!allowed(principal, rule)) throw refused(principal, permission);
  if (rule.recent === 'yes') requireProved(principal);
  return { permission, actor: principal.actor, requestId: principal.requestId } as DeploymentScope;
}

/** The same of what is done across accounts; for what to show. */
export function mayAcross(principal: Principal, permission: DeploymentPermission): boolean {
  return allowed(principal, DEPLOYMENT_PERMISSIONS[permission]);
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

/**
 * For what a person does to their own sign-in, which no rule is about.
 * @throws AppError `reauthentication_required` when the proof that it is them is older than `RECENT_MINUTES`
 */
export function requireProved({ authenticatedAt, askedAt }: Principal): void {
  const since = askedAt.getTime() - (authenticatedAt?.getTime() ?? Number.NEGATIVE_INFINITY);
  if (since <= RECENT_MINUTES * MINUTE_MS) return;
  throw new AppError('reauthentication_required', {
    detail: `You signed in more than ${RECENT_MINUTES} minutes ago. Confirm that it is you, then press again. Nothing was changed.`,
  });
}

function allowed(principal: Principal, rule: Rule): boolean {
  const byRole = principal.roles.some((role) => rule.roles.includes(role));
  const byKey = rule.keyScope !== null && principal.keyScopes.includes(rule.keyScope);
  return byRole || byKey;
}

function refused(principal: Principal, permission: Permission | DeploymentPermission): AppError {
  const rule: Rule =
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
  if (principal.viewing) {
    return new AppError('forbidden', {
      detail:
        'You see this account as its customers do, to read. Nothing was changed. End the view to do something yourself.',
    });
  }
  return new AppError('forbidden', {
    detail: `Your role (${principal.roles.join(', ') || 'none'}) does not allow this. ${rule.roles.some((role) => role === 'manage_mtls') ? 'Ask an Owner or Admin of the account for the Manage mTLS permission.' : 'Ask an Owner or Admin of the account.'}`,
  });
}
