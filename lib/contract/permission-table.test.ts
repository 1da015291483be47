import { describe, expect, it } from 'vitest';
import {
  DEPLOYMENT_PERMISSIONS,
  PERMISSIONS,
  type Permission,
  type Role,
} from '@/lib/access/permissions';
import { may } from '@/lib/access/scope';
import { permissionTable, TABLE_ROLES } from './permission-table';

const rows = permissionTable().flatMap((group) => group.rows);

describe('the table of permissions', () => {
  it('has every permission once', () => {
    const all = [...Object.keys(PERMISSIONS), ...Object.keys(DEPLOYMENT_PERMISSIONS)];
    expect(rows.map((row) => row.permission).sort()).toEqual(all.sort());
  });

  it('says of each role what the check says', () => {
    const inAccount = rows.filter((row) => row.permission in PERMISSIONS);
    const principalOf = (role: Role) => ({
      actor: { kind: 'person' as const, id: 'usr_1', name: 'Ines Duarte' },
      account: { id: 'acc_1', suspended: false },
      roles: [role],
      keyScopes: [],
      authenticatedAt: new Date(0),
      askedAt: new Date(0),
      requestId: 'req_1',
    });
    for (const role of TABLE_ROLES) {
      for (const { permission, cells } of inAccount) {
        expect(cells[role] !== 'no', `${role} ${permission}`).toBe(
          may(principalOf(role), permission as Permission),
        );
      }
    }
  });
});
