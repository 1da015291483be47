/**
 * How many calls there were of each kind: by certificate, API client, outcome, evidence, network and user agent, hour
 * by hour. Counting must cost a request next to nothing and may not grow with what a client chooses to send, so of a
 * caller only so many networks and user agents are told apart in an hour; those beyond are counted as `other`.
 */

import type { Evidence } from '@/lib/contract/edge-protocol';
import type { Listener } from '@/lib/edge/decide';
import type { Environment } from '@/lib/kernel/environments';
import { OTHER } from '@/lib/kernel/network';
import type { RefusalCode } from '@/lib/kernel/refusals';
import { HOUR_MS } from '@/lib/kernel/time';

export type CallKind = {
  environment: Environment;
  listener: Listener;
  outcome: 'passed' | RefusalCode;
  evidence: Evidence;
  /** Hexadecimal; null: no certificate that the edge knows. */
  fingerprint: string | null;
  /** Hexadecimal; null: no API client that the edge knows. */
  nameHash: string | null;
};

export type CountedCall = CallKind & { network: string; userAgent: string | null; atMs: number };

export type CountReport = CallKind & {
  network: string;
  userAgent: string | null;
  calls: number;
  /** ISO 8601, UTC; both in the same hour. */
  firstAt: string;
  lastAt: string;
};

export type CallCounts = {
  note(call: CountedCall): void;
  /** Kinds of call that were counted and not yet taken out. */
  waiting(): number;
  /** Takes out what was counted, the longest waiting first. */
  take(most: number): CountReport[];
  /** Calls for which there was no room since this was asked last. */
  takeLost(): number;
};

export type CountLimits = {
  callers: number;
  /** Kinds of call in one hour, over all callers. */
  kinds: number;
  networksPerCaller: number;
  userAgentsPerCaller: number;
};

const PROVED: CountLimits = {
  callers: 8_000,
  kinds: 16_000,
  networksPerCaller: 32,
  userAgentsPerCaller: 16,
};
/** Anyone can name another's API client: such calls have a room of their own, and cannot fill that of the others. */
const UNPROVED: CountLimits = { ...PROVED, callers: 2_000, kinds: 4_000 };

export function callCounts(limits = { proved: PROVED, unproved: UNPROVED }): CallCounts {
  const proved = countingRoom(limits.proved);
  const unproved = countingRoom(limits.unproved);
  return {
    note(call) {
      (call.evidence === 'unproved' ? unproved : proved).note(call);
    },
    waiting: () => proved.waiting() + unproved.waiting(),
    take(most) {
      const first = proved.take(most);
      return [...first, ...unproved.take(most - first.length)];
    },
    takeLost: () => proved.takeLost() + unproved.takeLost(),
  };
}

type Kind = {
  caller: CallKind;
  network: string;
  userAgent: string | null;
  calls: number;
  firstMs: number;
  lastMs: number;
};
type Caller = {
  kind: CallKind;
  networks: Map<string, Map<string | null, Kind>>;
  agents: Set<string>;
};

function countingRoom(limits: CountLimits): CallCounts {
  let hour = Number.NaN;
  let callers = new Map<string, Caller>();
  let kinds = 0;
  let due: Kind[] = [];
  let lost = 0;

  const callerOf = (call: CountedCall): Caller | null => {
    const { environment, listener, outcome, evidence, fingerprint, nameHash } = call;
    const key = `${environment} ${listener} ${outcome} ${evidence} ${fingerprint} ${nameHash}`;
    const known = callers.get(key);
    if (known !== undefined) return known;
    if (callers.size >= limits.callers) return null;
    const kind = { environment, listener, outcome, evidence, fingerprint, nameHash };
    const made: Caller = { kind, networks: new Map(), agents: new Set() };
    callers.set(key, made);
    return made;
  };
  const placeOf = (caller: Caller, network: string, userAgent: string | null): Kind | null => {
    const agents = caller.networks.get(network);
    const known = agents?.get(userAgent);
    if (known !== undefined) return known;
    // A caller always has the one line in which all that is beyond its limits is counted.
    if (kinds >= limits.kinds && (network !== OTHER || userAgent !== OTHER)) return null;
    const made = { caller: caller.kind, network, userAgent, calls: 0, firstMs: 0, lastMs: 0 };
    if (agents === undefined) caller.networks.set(network, new Map([[userAgent, made]]));
    else agents.set(userAgent, made);
    kinds += 1;
    return made;
  };
  const kindOf = (call: CountedCall): Kind | null => {
    const caller = callerOf(call);
    if (caller === null) return null;
    const { networks, agents } = caller;
    const fits = networks.has(call.network) || networks.size < limits.networksPerCaller;
    const network = fits ? call.network : OTHER;
    const userAgent = named(agents, call.userAgent, limits.userAgentsPerCaller);
    return placeOf(caller, network, userAgent) ?? placeOf(caller, OTHER, OTHER);
  };

  return {
    note(call) {
      const thisHour = Math.floor(call.atMs / HOUR_MS);
      if (thisHour !== hour) {
        // What is due keeps its lines; who calls in the new hour gets new ones.
        hour = thisHour;
        callers = new Map();
        kinds = 0;
      }
      const kind = kindOf(call);
      if (kind === null || (kind.calls === 0 && due.length >= limits.kinds + limits.callers)) {
        lost += 1;
        return;
      }
      if (kind.calls === 0) {
        due.push(kind);
        kind.firstMs = call.atMs;
      }
      kind.calls += 1;
      kind.lastMs = call.atMs;
    },
    waiting: () => due.length,
    take(most) {
      const taken = due.slice(0, most);
      due = due.slice(most);
      return taken.map(reported);
    },
    takeLost() {
      const taken = lost;
      lost = 0;
      return taken;
    },
  };
}

function named(agents: Set<string>, userAgent: string | null, most: number): string | null {
  if (userAgent === null || agents.has(userAgent)) return userAgent;
  if (agents.size >= most) return OTHER;
  agents.add(userAgent);
  return userAgent;
}

function reported(kind: Kind): CountReport {
  const { caller, network, userAgent, calls } = kind;
  kind.calls = 0;
  const firstAt = new Date(kind.firstMs).toISOString();
  const lastAt = new Date(Math.max(kind.firstMs, kind.lastMs)).toISOString();
  return { ...caller, network, userAgent, calls, firstAt, lastAt };
}
