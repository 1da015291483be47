import { describe, expect, it } from 'vitest';
import { AppError } from '@/lib/kernel/errors';
import {
  type KeyScope,
  MEMBER_ROLES,
  PERMISSIONS,
  type Permission,
  type Role,
  STAFF_ROLES,
} from './permissions';
import { authorize, authorizeDeployment, may, type Principal, requireEnvironment } from './scope';

const ROLES: readonly Role[] = [...MEMBER_ROLES, ...STAFF_ROLES];
const PERMISSION_NAMES = Object.keys(PERMISSIONS).map((name) => name as Permission);

/** The table as a person would write it down, so that a slip in PERMISSIONS shows. */
const READ: Permission[] = [
  'account.read',
  'activity.read',
  'api-clients.read',
  'api-keys.read',
  'audit.export',
  'certificates.read',
  'enforcement.read',
  'members.read',
];
const MANAGE: Permission[] = [
  'certificates.check',
  'certificates.issue',
  'certificates.label',
  'certificates.revoke',
  'enforcement.change',
];
const ADMINISTER: Permission[] = ['api-keys.manage', 'members.manage', 'security.manage'];
const EXPECTED: Record<Role, Permission[]> = {
  owner: [...READ, ...MANAGE, ...ADMINISTER],
  admin: [...READ, ...MANAGE, ...ADMINISTER],
  manage_mtls: [...READ, ...MANAGE],
  viewer: READ,
  support: READ,
  support_lead: READ,
  operator: [],
};

const NOW = new Date('2027-03-01T12:00:00Z');

function person(roles: readonly Role[]): Principal {
  return {
    actor: { kind: 'person', id: 'usr_1', name: 'Ines Duarte' },
    account: { id: 'acc_1', suspended: false },
    roles,
    keyScopes: [],
    authenticatedAt: NOW,
    askedAt: NOW,
    requestId: 'req_1',
  };
}

function suspended(principal: Principal): Principal {
  return { ...principal, account: { id: 'acc_1', suspended: true } };
}

function key(keyScopes: readonly KeyScope[]): Principal {
  return {
    ...person([]),
    actor: { kind: 'api_key', id: 'key_1', name: 'ci' },
    authenticatedAt: null,
    keyScopes,
  };
}

function outcome(principal: Principal, permission: Permission): string {
  try {
    return authorize(principal, permission).accountId;
  } catch (error) {
    return error instanceof AppError ? error.code : 'not an AppError';
  }
}

describe('T19: authorize', () => {
  it('covers every permission in the expected table', () => {
    expect([...READ, ...MANAGE, ...ADMINISTER].sort()).toEqual([...PERMISSION_NAMES].sort());
  });

  for (const role of ROLES) {
    for (const permission of PERMISSION_NAMES) {
      const allowed = EXPECTED[role].includes(permission);
      it(`${role} ${allowed ? 'may' : 'may not'} ${permission}`, () => {
        const expected = allowed ? 'acc_1' : 'forbidden';
        expect(outcome(person([role]), permission)).toBe(expected);
        expect(may(person([role]), permission)).toBe(allowed);
      });

      it(`${role} in a suspended account: ${permission}`, () => {
        const expected = !allowed
          ? 'forbidden'
          : role === 'support' || role === 'support_lead'
            ? 'acc_1'
            : 'account_suspended';
        expect(outcome(suspended(person([role])), permission)).toBe(expected);
      });
    }
  }

  it('support that is admin as well changes nothing in a suspended account', () => {
    const both = suspended(person(['support', 'admin']));
    expect(outcome(both, 'certificates.issue')).toBe('account_suspended');
    expect(outcome(both, 'certificates.read')).toBe('acc_1');
    expect(may(both, 'certificates.read')).toBe(true);
  });

  it('a person without a role may nothing', () => {
    for (const permission of PERMISSION_NAMES) {
      expect(outcome(person([]), permission)).toBe('forbidden');
    }
  });

  it('T24: a key may what its scopes say and no more', () => {
    expect(outcome(key(['read']), 'certificates.read')).toBe('acc_1');
    expect(outcome(key(['read']), 'certificates.issue')).toBe('forbidden');
    expect(outcome(key(['certificates']), 'certificates.issue')).toBe('acc_1');
    expect(outcome(key(['certificates']), 'enforcement.change')).toBe('forbidden');
    expect(outcome(key(['enforcement']), 'enforcement.change')).toBe('acc_1');
    expect(outcome(key(['operator']), 'certificates.read')).toBe('forbidden');
  });

  it('T19: Manage mTLS of one environment reads everything and acts in that one alone', () => {
    const sandboxOnly: Principal = { ...person(['manage_mtls']), actsIn: 'sandbox' };
    for (const permission of PERMISSION_NAMES.filter((one) => 'bound' in PERMISSIONS[one])) {
      expect(() => authorize(sandboxOnly, permission, 'sandbox')).not.toThrow();
      expect(() => authorize(sandboxOnly, permission, 'production')).toThrow(
        'for sandbox only, and this is of production',
      );
      const scope = authorize(sandboxOnly, permission);
      expect(() => requireEnvironment(scope, 'sandbox')).not.toThrow();
      expect(() => requireEnvironment(scope, 'production')).toThrow(AppError);
      expect(may(sandboxOnly, permission)).toBe(true);
      expect(may(sandboxOnly, permission, 'sandbox')).toBe(true);
      expect(may(sandboxOnly, permission, 'production')).toBe(false);
    }
    expect(() => authorize(sandboxOnly, 'certificates.read', 'production')).not.toThrow();
    expect(may(sandboxOnly, 'certificates.read', 'production')).toBe(true);
  });

  it("only operators and operators' keys manage the deployment", () => {
    const manage = (principal: Principal) => () =>
      authorizeDeployment(principal, 'deployment.manage');
    expect(manage(person(['operator']))).not.toThrow();
    expect(manage(key(['operator']))).not.toThrow();
    for (const role of ROLES.filter((one) => one !== 'operator')) {
      expect(manage(person([role]))).toThrow(AppError);
    }
    expect(manage(key(['read', 'certificates', 'enforcement']))).toThrow(AppError);
  });

  it('T20: what hurts most asks a person to have proved themselves within 30 minutes', () => {
    const at = (minutesAgo: number): Principal => ({
      ...person(['admin']),
      authenticatedAt: new Date(NOW.getTime() - minutesAgo * 60_000),
    });
    const dangerous = PERMISSION_NAMES.filter((name) => 'recent' in PERMISSIONS[name]);
    expect(dangerous.sort()).toEqual([
      'api-keys.manage',
      'certificates.revoke',
      'enforcement.change',
      'members.manage',
      'security.manage',
    ]);
    for (const permission of PERMISSION_NAMES) {
      const asked = dangerous.includes(permission) ? 'reauthentication_required' : 'acc_1';
      expect(outcome(at(30), permission)).toBe('acc_1');
      expect(outcome(at(31), permission)).toBe(asked);
      expect(outcome({ ...person(['admin']), authenticatedAt: null }, permission)).toBe(asked);
      // It says who may press the button, so the button stays.
      expect(may(at(31), permission)).toBe(true);
    }
    expect(outcome(key(['certificates']), 'certificates.revoke')).toBe('acc_1');
  });
});
