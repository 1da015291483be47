/** The addresses between which customers let traffic through. Public: `/firewall.json` is this, to be relied on. */
import type { Environment } from '@/lib/kernel/environments';

export const DIRECTIONS = ['ingress', 'egress'] as const;
/** Seen from the provider: `ingress` is where customers call, `egress` is where webhooks come from. */
export type Direction = (typeof DIRECTIONS)[number];

export type FirewallList = {
  /** CIDR notation, IPv4 and IPv6; empty where the provider set none. */
  ranges: string[];
  /** Since when they stand so. */
  since: string | null;
};

export type FirewallEnvironment = {
  environment: Environment;
  /** `host:port` of the listeners; null where none is set. */
  mtlsHost: string | null;
  standardHost: string | null;
} & Record<Direction, FirewallList>;

export type FirewallChange = {
  at: string;
  environment: Environment;
  direction: Direction;
  added: string[];
  removed: string[];
};

export type FirewallView = {
  provider: string;
  environments: FirewallEnvironment[];
  /** Newest first. */
  changes: FirewallChange[];
};
