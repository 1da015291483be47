/** All accounts at once, for the provider's staff. */
import type { AuthorityState } from '@/lib/contract/authorities';
import type { Environment } from '@/lib/kernel/environments';
import type { RefusalCode } from '@/lib/kernel/refusals';

export type FleetView = {
  now: string;
  expiring: {
    in7Days: number;
    in30Days: number;
    /** Certificates that end on each of the next 30 days, from today. */
    days: { date: string; certificates: number }[];
    /** Soonest first. */
    accounts: {
      account: { id: string; name: string };
      in7Days: number;
      in30Days: number;
      /** Of these, how many have a live renewal. */
      renewed: number;
      firstAt: string;
    }[];
  };
  observing: {
    account: { id: string; name: string };
    environment: Environment;
    since: string | null;
    mtlsCalls: number;
    wouldBeRefused: number;
    ready: 'yes' | 'no';
  }[];
  refusals: {
    hours: string[];
    /** The most frequent first; one number an hour. */
    reasons: { code: RefusalCode; calls: number; hourly: number[]; accounts: number }[];
  };
  edges: {
    name: string;
    number: string | null;
    behindBy: number;
    is: 'current' | 'behind' | 'silent' | 'refusing' | 'never came';
    lastSeenAt: string | null;
    lost: number;
    refusedWhy: string | null;
  }[];
  newestNumber: string;
  issuers: {
    id: string;
    name: string;
    kind: 'root' | 'issuing';
    environment: Environment | null;
    state: AuthorityState;
    notAfter: string;
    issuesUntil: string | null;
    crlNextUpdate: string | null;
  }[];
  health: { name: string; is: 'fine' | 'wrong'; says: string }[];
};
