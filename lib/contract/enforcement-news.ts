/** What every page tells of enforcement while something is about to happen by itself, or just did. */
import type { EnforcementMode, Environment } from '@/lib/kernel/environments';
import type { EnforcementView } from './views';

export type EnvironmentNews = {
  environment: Environment;
  mode: EnforcementMode;
  trial: EnforcementView['trial'];
  schedule: EnforcementView['schedule'];
  suspension: EnforcementView['suspension'];
  /** A trial that nobody confirmed and nothing changed since; told for a day. */
  wentBack: { at: string; to: EnforcementMode } | null;
};

export type EnforcementNews = {
  accountId: string;
  /** The portal's clock, by which trials end. */
  at: string;
  items: EnvironmentNews[];
};

/** By name: whose policy holds for an account, and to whom its own reaches. */
export type PolicyFamily = {
  above: Record<Environment, string[]>;
  /** Some of them, in order. */
  below: string[];
};
