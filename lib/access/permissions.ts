/**
 * Who may do what: the only place where a role is named. Unknown means deny (invariant 7).
 */
export const MEMBER_ROLES = ['admin', 'manage_mtls', 'viewer'] as const;
export type MemberRole = (typeof MEMBER_ROLES)[number];

export const STAFF_ROLES = ['support', 'operator'] as const;
export type StaffRole = (typeof STAFF_ROLES)[number];

export type Role = MemberRole | StaffRole;

/** What an account's API key may be given. `operator` is for keys that belong to no account. */
export const ACCOUNT_KEY_SCOPES = ['read', 'certificates', 'enforcement'] as const;
export type AccountKeyScope = (typeof ACCOUNT_KEY_SCOPES)[number];
export type KeyScope = AccountKeyScope | 'operator';

type Rule = { readonly roles: readonly Role[]; readonly keyScope: KeyScope | null };

const readers = ['admin', 'manage_mtls', 'viewer', 'support'] as const;
const managers = ['admin', 'manage_mtls'] as const;

export const PERMISSIONS = {
  'account.read': { roles: readers, keyScope: 'read' },
  'activity.read': { roles: readers, keyScope: 'read' },
  'api-clients.read': { roles: readers, keyScope: 'read' },
  'certificates.read': { roles: readers, keyScope: 'read' },
  'certificates.check': { roles: managers, keyScope: 'certificates' },
  'certificates.issue': { roles: managers, keyScope: 'certificates' },
  'certificates.label': { roles: managers, keyScope: 'certificates' },
  'certificates.revoke': { roles: managers, keyScope: 'certificates' },
  'enforcement.read': { roles: readers, keyScope: 'read' },
  'enforcement.change': { roles: managers, keyScope: 'enforcement' },
} as const satisfies Record<string, Rule>;

/** What is done to an account within its own bounds. */
export type Permission = keyof typeof PERMISSIONS;

export const DEPLOYMENT_PERMISSIONS = {
  'deployment.manage': { roles: ['operator'], keyScope: 'operator' },
  'accounts.list': { roles: ['support', 'operator'], keyScope: 'operator' },
} as const satisfies Record<string, Rule>;

/** What is done to the deployment, across accounts. */
export type DeploymentPermission = keyof typeof DEPLOYMENT_PERMISSIONS;
