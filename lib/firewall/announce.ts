import type { FirewallRecord } from '@/generated/prisma/client';
import { systemScope } from '@/lib/access/scope';
import { DIRECTIONS, type Direction } from '@/lib/contract/firewall';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { currentTime } from '@/lib/platform/clock';
import { acrossAccounts } from '@/lib/platform/database';
import type { FirewallRanges } from '@/lib/platform/env';
import { setProcessWide } from '@/lib/platform/process-wide';

export type FirewallAnnounced = {
  ranges: Record<Environment, FirewallRanges>;
  /** Every state there was, oldest first. */
  records: FirewallRecord[];
};

const KEPT = 200;

/**
 * Keeps when the addresses changed, for a portal that is about to take requests. From then on they are read from
 * memory: whoever asks is unknown, and must not cost the database anything.
 */
export async function announceFirewall(ranges: Record<Environment, FirewallRanges>): Promise<void> {
  const records = await acrossAccounts(systemScope('start-up', 'firewall'), async (tx) => {
    const newest = await tx.firewallRecord.findMany({ orderBy: { id: 'desc' }, take: KEPT });
    const known = newest.reverse();
    const at = currentTime();
    const changed = PLACES.flatMap(({ environment, direction }) => {
      const now = [...ranges[environment][direction]];
      const before = known.findLast(
        (one) => one.environment === environment && one.direction === direction,
      );
      const same = before !== undefined && before.ranges.join() === now.join();
      return same ? [] : [{ at, environment, direction, ranges: now }];
    });
    return [...known, ...(await tx.firewallRecord.createManyAndReturn({ data: changed }))];
  });
  setProcessWide('firewall', { ranges, records } satisfies FirewallAnnounced);
}

const PLACES: { environment: Environment; direction: Direction }[] = ENVIRONMENTS.flatMap(
  (environment) => DIRECTIONS.map((direction) => ({ environment, direction })),
);
