/**
 * Who may do what: the only place where a role is named. Unknown means deny (invariant 7).
 */
export const MEMBER_ROLES = ['owner', 'admin', 'manage_mtls', 'viewer'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

export const STAFF_ROLES = ['support', 'support_lead', 'operator'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export type Role = MemberRole | StaffRole;

/** What an account's API key may be given. `operator` is for keys that belong to no account. */
export const ACCOUNT_KEY_SCOPES = ['read', 'certificates', 'enforcement'] as const;
export type AccountKeyScope = (typeof ACCOUNT_KEY_SCOPES)[number];
export type KeyScope = AccountKeyScope | 'operator';

/** A tab that was left open, or a stolen cookie, does not do what hurts most for longer than this. */
export const RECENT_MINUTES = 30;

export type Rule = {
  readonly roles: readonly Role[];
  readonly keyScope: KeyScope | null;
  /** `environment`: a membership or a key may have it in one environment alone. */
  readonly bound?: 'environment';
  /** `yes`: a person has to have signed in, or confirmed that it is them, within `RECENT_MINUTES`. */
  readonly recent?: 'yes';
};

const readers = [...MEMBER_ROLES, 'support', 'support_lead'] as const;
const managers = ['owner', 'admin', 'manage_mtls'] as const;
const admins = ['owner', 'admin'] as const;
const supporters = ['support', 'support_lead'] as const;

export const PERMISSIONS = {
  'account.read': { roles: readers, keyScope: 'read' },
  'activity.read': { roles: readers, keyScope: 'read' },
  'api-clients.read': { roles: readers, keyScope: 'read' },
  'certificates.read': { roles: readers, keyScope: 'read' },
  'certificates.check': { roles: managers, keyScope: 'certificates' },
  'certificates.issue': { roles: managers, keyScope: 'certificates', bound: 'environment' },
  'certificates.label': { roles: managers, keyScope: 'certificates', bound: 'environment' },
  'certificates.revoke': {
    roles: managers,
    keyScope: 'certificates',
    bound: 'environment',
    recent: 'yes',
  },
  'enforcement.read': { roles: readers, keyScope: 'read' },
  'enforcement.change': {
    roles: managers,
    keyScope: 'enforcement',
    bound: 'environment',
    recent: 'yes',
  },
  'audit.export': { roles: readers, keyScope: 'read' },
  'members.read': { roles: readers, keyScope: null },
  'members.manage': { roles: admins, keyScope: null, recent: 'yes' },
  'api-keys.read': { roles: readers, keyScope: null },
  'api-keys.manage': { roles: admins, keyScope: null, recent: 'yes' },
  'security.manage': { roles: admins, keyScope: null, recent: 'yes' },
} as const satisfies Record<string, Rule>;

/** What is done to an account within its own bounds. */
export type Permission = keyof typeof PERMISSIONS;

export const DEPLOYMENT_PERMISSIONS = {
  'deployment.manage': { roles: ['operator'], keyScope: 'operator' },
  'deployment.audit': { roles: ['operator'], keyScope: null },
  'accounts.list': { roles: STAFF_ROLES, keyScope: 'operator' },
  'fleet.read': { roles: STAFF_ROLES, keyScope: 'operator' },
  'support.look': { roles: supporters, keyScope: null },
  'support.act': { roles: supporters, keyScope: null, recent: 'yes' },
  'support.approve': { roles: ['support_lead'], keyScope: null, recent: 'yes' },
} as const satisfies Record<string, Rule>;

/** What is done to the deployment, across accounts. */
export type DeploymentPermission = keyof typeof DEPLOYMENT_PERMISSIONS;
