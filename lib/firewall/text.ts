import { DIRECTIONS, type Direction, type FirewallView } from '@/lib/contract/firewall';
import type { Environment } from '@/lib/kernel/environments';

export type Wanted = { environment?: Environment | undefined; direction?: Direction | undefined };

/** One range a line; what starts with # is for people. */
export function firewallText(view: FirewallView, wanted: Wanted = {}): string {
  const lines = [
    `# Addresses of ${view.provider} for firewalls, one range a line.`,
    '# Narrow it, for example: /firewall.txt?environment=production&direction=ingress',
  ];
  for (const one of view.environments) {
    if (wanted.environment && wanted.environment !== one.environment) continue;
    for (const direction of DIRECTIONS) {
      if (wanted.direction && wanted.direction !== direction) continue;
      const { ranges, since } = one[direction];
      const hosts = [one.mtlsHost, one.standardHost].filter((host) => host !== null).join(', ');
      const meaning =
        direction === 'ingress'
          ? `your programs call these${hosts ? ` (${hosts})` : ''}`
          : 'webhooks come from these';
      lines.push('', `# ${one.environment} ${direction}: ${meaning}`);
      if (since) lines.push(`# since ${since}`);
      if (ranges.length === 0) lines.push(`# none is set: ask ${view.provider}`);
      lines.push(...ranges);
    }
  }
  return `${lines.join('\n')}\n`;
}
