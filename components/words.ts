/** The words people read for what the code names otherwise. */
import type { EnforcementMode, Environment, RevocationReason } from '@/lib/kernel/environments';

export const ENVIRONMENT_WORDS: Record<Environment, string> = {
  production: 'Production',
  sandbox: 'Sandbox',
};

export const MODE_WORDS: Record<EnforcementMode, string> = {
  off: 'Off',
  observe: 'Observe',
  enforce: 'Enforce',
};

export const REASON_WORDS: Record<RevocationReason, { name: string; when: string }> = {
  superseded: {
    name: 'Replaced by another certificate',
    when: 'The new one is installed and this one is no longer used.',
  },
  keyCompromise: {
    name: 'Its private key may be known to someone else',
    when: 'Also when a machine that held the key was lost or broken into. The key is never taken again.',
  },
  cessationOfOperation: {
    name: 'The program that used it is gone',
    when: 'Nothing calls with this certificate any more.',
  },
  affiliationChanged: {
    name: 'The name in it is no longer right',
    when: 'The organization or the owner of the program changed.',
  },
  privilegeWithdrawn: {
    name: 'It may no longer be used',
    when: 'Whoever holds it is to lose access.',
  },
  unspecified: { name: 'Another reason', when: 'Nothing is recorded beyond the revocation.' },
};

/** "a", "a and b", "a, b and c". */
export function listed(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The host of an address, as a person compares it; the text itself when it is no address. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
