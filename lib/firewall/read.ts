import {
  DIRECTIONS,
  type Direction,
  type FirewallChange,
  type FirewallList,
  type FirewallView,
} from '@/lib/contract/firewall';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import { deployment } from '@/lib/platform/deployment';
import { processWide } from '@/lib/platform/process-wide';
import type { FirewallAnnounced } from './announce';

const CHANGES_SHOWN = 20;

/** Public, and the same for everybody: it needs no authorization and no database. */
export function firewallView(): FirewallView {
  const { providerName, edges } = deployment();
  return {
    provider: providerName,
    environments: ENVIRONMENTS.map((environment) => ({
      environment,
      mtlsHost: hostOf(edges[environment]?.mtlsUrl),
      standardHost: hostOf(edges[environment]?.standardUrl),
      ingress: listOf(environment, 'ingress'),
      egress: listOf(environment, 'egress'),
    })),
    changes: ENVIRONMENTS.flatMap((environment) =>
      DIRECTIONS.flatMap((direction) => changesOf(environment, direction)),
    )
      .sort((a, b) => b.at.localeCompare(a.at))
      .slice(0, CHANGES_SHOWN),
  };
}

function announced(): FirewallAnnounced {
  const none = { ingress: [], egress: [] };
  return processWide('firewall', () => ({
    ranges: { production: none, sandbox: none },
    records: [],
  }));
}

function recordsOf(environment: Environment, direction: Direction) {
  return announced().records.filter(
    (one) => one.environment === environment && one.direction === direction,
  );
}

function listOf(environment: Environment, direction: Direction): FirewallList {
  const newest = recordsOf(environment, direction).at(-1);
  return {
    ranges: [...announced().ranges[environment][direction]],
    since: newest?.at.toISOString() ?? null,
  };
}

/** The first state is where the record begins, not a change. */
function changesOf(environment: Environment, direction: Direction): FirewallChange[] {
  const records = recordsOf(environment, direction);
  return records.slice(1).map(({ at, ranges }, index) => {
    const before = records[index]?.ranges ?? [];
    return {
      at: at.toISOString(),
      environment,
      direction,
      added: ranges.filter((one) => !before.includes(one)),
      removed: before.filter((one) => !ranges.includes(one)),
    };
  });
}

/** `host:port`, the port written out: that is what a rule needs. */
function hostOf(url: string | undefined): string | null {
  if (url === undefined || !URL.canParse(url)) return null;
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === 'http:' ? '80' : '443')}`;
}
