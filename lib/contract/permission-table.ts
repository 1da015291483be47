/** The table of lib/access/permissions in words: whoever is asked "may I?" points at a row and a column of it. */
import {
  DEPLOYMENT_PERMISSIONS,
  type DeploymentPermission,
  type KeyScope,
  MEMBER_ROLES,
  PERMISSIONS,
  type Permission,
  type Role,
  type Rule,
  STAFF_ROLES,
} from '@/lib/access/permissions';

export const TABLE_ROLES: readonly Role[] = [...MEMBER_ROLES, ...STAFF_ROLES];

export type PermissionRow = {
  permission: Permission | DeploymentPermission;
  words: string;
  /** `one environment`: Manage mTLS may be given for one alone. */
  cells: Record<Role, 'yes' | 'one environment' | 'no'>;
  /** The scope with which an API key may do it; null: people alone. */
  keyScope: KeyScope | null;
  /** Whether a person has to have shown lately that it is them. */
  confirmed: 'yes' | 'no';
};
export type PermissionGroup = { name: string; rows: PermissionRow[] };

type Words = { group: string; words: string };
const WORDS: Record<Permission | DeploymentPermission, Words> = {
  'certificates.check': words('Certificates', 'Check a signing request'),
  'certificates.issue': words('Certificates', 'Issue and renew certificates'),
  'certificates.label': words('Certificates', 'Rename certificates'),
  'certificates.revoke': words('Certificates', 'Revoke certificates'),
  'enforcement.change': words('Enforcement', 'Observe, enforce and confirm trials'),
  'account.read': words('Reading', 'Read the account and its overview'),
  'certificates.read': words('Reading', 'Read and download certificates'),
  'enforcement.read': words('Reading', 'Read enforcement and its evidence'),
  'api-clients.read': words('Reading', 'Read API clients'),
  'activity.read': words('Reading', 'Read calls and changes'),
  'audit.export': words('Reading', 'Export the audit trail'),
  'members.read': words('Reading', 'See members and invitations'),
  'api-keys.read': words('Reading', 'See API keys, never their secrets'),
  'members.manage': words('Running the account', 'Invite, change and remove members'),
  'api-keys.manage': words('Running the account', 'Make, rotate and revoke API keys'),
  'security.manage': words('Running the account', 'Require a second factor, set up sign-in'),
  'accounts.list': words('The provider', 'List accounts'),
  'fleet.read': words('The provider', 'Read figures over all accounts'),
  'support.look': words('The provider', 'Look into an account; its people see it'),
  'support.act': words('The provider', 'Ask for an act in an account, with a reason'),
  'support.approve': words('The provider', 'Approve what somebody else of support asked for'),
  'deployment.audit': words('The provider', "Export the deployment's own audit trail"),
  'deployment.manage': words('The provider', 'Run the deployment: accounts, CAs, edges'),
};

/** Every permission there is, in groups for people; a permission without words does not compile. */
export function permissionTable(): PermissionGroup[] {
  const rules: Record<Permission | DeploymentPermission, Rule> = {
    ...PERMISSIONS,
    ...DEPLOYMENT_PERMISSIONS,
  };
  const groups = [...new Set(Object.values(WORDS).map(({ group }) => group))];
  const entries = Object.entries(WORDS).map(([name, { group, words }]) => ({
    group,
    row: rowOf(name as Permission | DeploymentPermission, words, rules),
  }));
  return groups.map((name) => ({
    name,
    rows: entries.filter(({ group }) => group === name).map(({ row }) => row),
  }));
}

function rowOf(
  permission: Permission | DeploymentPermission,
  words: string,
  rules: Record<Permission | DeploymentPermission, Rule>,
): PermissionRow {
  const rule = rules[permission];
  const cellOf = (role: Role) => {
    if (!rule.roles.includes(role)) return 'no';
    return role === 'manage_mtls' && rule.bound === 'environment' ? 'one environment' : 'yes';
  };
  const cells = {
    owner: cellOf('owner'),
    admin: cellOf('admin'),
    manage_mtls: cellOf('manage_mtls'),
    viewer: cellOf('viewer'),
    support: cellOf('support'),
    support_lead: cellOf('support_lead'),
    operator: cellOf('operator'),
  } as const;
  const confirmed = rule.recent ?? 'no';
  return { permission, words, cells, keyScope: rule.keyScope, confirmed };
}

function words(group: string, text: string): Words {
  return { group, words: text };
}
