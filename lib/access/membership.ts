/** Who may change whose membership. */
import type { MemberRole, Role } from './permissions';

/**
 * Whether somebody with these roles may give, change or take a membership of that role, having `members.manage`. Nobody
 * but an Owner makes, changes or removes Owners.
 */
export function mayHandle(roles: readonly Role[], role: MemberRole): boolean {
  return role !== 'owner' || roles.includes('owner');
}
