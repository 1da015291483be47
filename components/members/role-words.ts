import { ENVIRONMENT_WORDS } from '@/components/words';
import { type MemberView, ROLE_WORDS } from '@/lib/contract/members';
import type { Environment } from '@/lib/kernel/environments';

export type Given = Pick<MemberView, 'role' | 'environment'>;

/** "Admin", "Manage mTLS, Sandbox only". */
export function givenText({ role, environment }: Given): string {
  return environment
    ? `${ROLE_WORDS[role]}, ${ENVIRONMENT_WORDS[environment]} only`
    : ROLE_WORDS[role];
}

/** What can be picked, as one list: a form without scripts has one question. */
export const GIVEN_CHOICES: { value: string; given: Given; means: string }[] = [
  choice('owner', null, 'Everything, and alone makes, changes and removes Owners.'),
  choice('admin', null, 'Everything but Owners: people, API keys, security, certificates.'),
  choice('manage_mtls', null, 'Issues, renews and revokes certificates, and changes enforcement.'),
  choice(
    'manage_mtls',
    'sandbox',
    'The same in Sandbox. Reads Production and changes nothing there.',
  ),
  choice(
    'manage_mtls',
    'production',
    'The same in Production. Reads Sandbox and changes nothing there.',
  ),
  choice('viewer', null, 'Reads everything and changes nothing. Can ask for Manage mTLS.'),
];

export function givenValue({ role, environment }: Given): string {
  return environment ? `${role} ${environment}` : role;
}

export function givenOf(value: unknown): Given | null {
  return GIVEN_CHOICES.find((one) => one.value === value)?.given ?? null;
}

function choice(role: Given['role'], environment: Environment | null, means: string) {
  const given = { role, environment };
  return { value: givenValue(given), given, means };
}
