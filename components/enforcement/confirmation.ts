import type { Environment } from '@/lib/kernel/environments';

/** What has to be typed before an environment is enforced. */
export function confirmationWord(environment: Environment): string {
  return `enforce ${environment}`;
}
