/** Why an account cannot connect, from what edges saw of it. Pure: facts in, words out. */
import type { CaseCertificate, Diagnosis } from '@/lib/contract/support';
import type { EnforcementMode, Environment } from '@/lib/kernel/environments';
import { networkOf } from '@/lib/kernel/network';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { checksOf } from './checks';
import { adviceOn } from './refusal-advice';
import { addressesText, callsText } from './words';

/** Refused calls of one kind, in the days that are looked at. */
export type RefusedKind = {
  code: RefusalCode;
  environment: Environment;
  listener: 'mtls' | 'standard';
  certificateId: string | null;
  apiClientName: string | null;
  /** The account of the API client, where it is another one. */
  apiClientOf: string | null;
  calls: number;
  firstAt: string;
  lastAt: string;
  /** Newest first. */
  addresses: string[];
  userAgents: string[];
  fingerprint: string | null;
  tlsVersion: string | null;
  sni: string | null;
  /** `near`: an edge could not tell whose it was, but it came from an address of this account. */
  whose: 'own' | 'near';
};

export type PassedKind = {
  environment: Environment;
  listener: 'mtls' | 'standard';
  certificateId: string | null;
  apiClientName: string | null;
  calls: number;
  lastAt: string;
  networks: string[];
};

export type ConnectionFacts = {
  now: string;
  days: number;
  suspended: boolean;
  plan: 'standard' | 'none';
  certificates: CaseCertificate[];
  environments: {
    environment: Environment;
    mode: EnforcementMode;
    mtlsHost: string | null;
    standardHost: string | null;
  }[];
  apiClients: { name: string; environment: Environment; disabled: boolean }[];
  refused: RefusedKind[];
  passed: PassedKind[];
  /** Edges that decide by old information, by name. */
  edgesBehind: string[];
  /** What support came with. */
  about: {
    certificateId: string | null;
    call: { code: RefusalCode; environment: Environment; sourceAddress: string } | null;
  };
};

/** The one answer: the newest refusal that nothing has mended yet, or what there is instead. */
export function diagnose(facts: ConnectionFacts): Diagnosis {
  const byTime = facts.refused.toSorted((a, b) => b.lastAt.localeCompare(a.lastAt));
  const sought = byTime.find((kind) => isSought(kind, facts.about));
  if (sought) return refusedCase(facts, sought, byTime);
  const open = byTime.filter((kind) => mendedBy(kind, facts) === null);
  const own = open.filter((kind) => kind.whose === 'own');
  const first = own.find((kind) => isOutage(kind, facts.now)) ?? own[0] ?? open[0];
  if (first) return refusedCase(facts, first, byTime);
  const mended = byTime[0];
  if (mended) return recoveredCase(facts, mended, byTime);
  return quietCase(facts);
}

/** What was asked about: calls with that certificate, or those like that call. */
function isSought(kind: RefusedKind, { certificateId, call }: ConnectionFacts['about']): boolean {
  if (call) {
    return (
      kind.code === call.code &&
      kind.environment === call.environment &&
      kind.addresses.includes(call.sourceAddress)
    );
  }
  return certificateId !== null && kind.certificateId === certificateId;
}

/** In production, and of today: it goes before what is newer in a sandbox. */
function isOutage({ environment, lastAt }: RefusedKind, now: string): boolean {
  return (
    environment === 'production' && new Date(now).getTime() - new Date(lastAt).getTime() < DAY_MS
  );
}

/** With several programs behind one address, one that passes proves nothing of another that was just refused. */
const QUIET_MS = 15 * MINUTE_MS;

/** A call of the same program, from the same network, that passed after the last refusal. */
export function mendedBy(
  kind: RefusedKind,
  { passed, now }: Pick<ConnectionFacts, 'passed' | 'now'>,
): PassedKind | null {
  if (new Date(now).getTime() - new Date(kind.lastAt).getTime() < QUIET_MS) return null;
  const networks = new Set(kind.addresses.map(networkOf));
  return (
    passed.find(
      (one) =>
        one.environment === kind.environment &&
        one.lastAt > kind.lastAt &&
        (kind.apiClientName === null || one.apiClientName === kind.apiClientName) &&
        one.networks.some((network) => networks.has(network)),
    ) ?? null
  );
}

function refusedCase(
  facts: ConnectionFacts,
  kind: RefusedKind,
  all: readonly RefusedKind[],
): Diagnosis {
  const advice = adviceOn(kind, facts);
  const { endsTls } = REFUSALS[kind.code];
  const strict = endsTls && kind.environment === 'production' && kind.listener === 'mtls';
  const passing = facts.passed
    .filter((one) => one.environment === kind.environment)
    .toSorted((a, b) => b.lastAt.localeCompare(a.lastAt));
  const best = passing.find((one) => one.listener === 'mtls') ?? passing[0];
  return {
    cause: kind.code,
    tone: 'refused',
    headline: advice.headline,
    detail: `${callsText(kind.calls)} ${kind.calls === 1 ? 'was' : 'were'} refused in ${facts.days} days, ${addressesText(kind.addresses)}. ${best ? 'Other calls of the account pass.' : `No call of the account passes in ${kind.environment}.`}${kind.whose === 'near' ? ' The edge could not tell whose these are: they come from an address from which the account calls, and may be of somebody else there.' : ''}`,
    refused: {
      addresses: kind.addresses,
      what: labelOf(kind.certificateId, facts) ?? kind.apiClientName ?? 'No certificate',
      calls: kind.calls,
      lastAt: kind.lastAt,
    },
    passing: best ? passingOf(best, facts) : null,
    code: kind.code,
    seenAs: strict
      ? 'ends the TLS handshake, so they see no HTTP status'
      : `answered with HTTP ${REFUSALS[kind.code].status}, the code and a request id`,
    reply: advice.reply,
    checks: checksOf(facts, kind),
    asks: advice.asks,
    others: othersOf(all, kind),
  };
}

function recoveredCase(
  facts: ConnectionFacts,
  kind: RefusedKind,
  all: readonly RefusedKind[],
): Diagnosis {
  const by = mendedBy(kind, facts);
  return {
    cause: 'recovered',
    tone: 'fine',
    headline: `They connect again in ${kind.environment}.`,
    detail: `${callsText(kind.calls)} ${kind.calls === 1 ? 'was' : 'were'} refused before, and calls of the same program pass from the same network since.`,
    refused: {
      addresses: kind.addresses,
      what: labelOf(kind.certificateId, facts) ?? kind.apiClientName ?? 'No certificate',
      calls: kind.calls,
      lastAt: kind.lastAt,
    },
    passing: by ? passingOf(by, facts) : null,
    code: kind.code,
    seenAs: null,
    reply: `We see your calls pass in ${kind.environment} since the last refusal. It was refused because: ${REFUSALS[kind.code].whatHappened} If another machine still fails, tell us the address it calls from.`,
    checks: checksOf(facts, null),
    asks: ['Does it still fail on another machine? From which address does that one call?'],
    others: othersOf(all, kind),
  };
}

function quietCase(facts: ConnectionFacts): Diagnosis {
  const nothing = { refused: null, code: null, seenAs: null, others: [] } as const;
  const checks = checksOf(facts, null);
  const newest = facts.passed.toSorted((a, b) => b.lastAt.localeCompare(a.lastAt))[0];
  if (newest) {
    return {
      ...{ ...nothing, others: [], cause: 'passing', tone: 'fine', checks },
      headline: 'Nothing is refused. Their calls pass.',
      detail: `No call of the account was refused in ${facts.days} days. If one machine fails all the same, its calls do not reach an edge.`,
      passing: passingOf(newest, facts),
      reply: `Your calls reach us and pass; we refused none in the last ${facts.days} days. If one machine fails, its calls do not reach us: check its firewall and DNS, and send us its outgoing IP address and the time of a failed call.`,
      asks: ASK_NETWORK,
    };
  }
  const live = facts.certificates.filter((one) => one.status === 'live');
  const hosts = hostsText(facts);
  if (live.length === 0) {
    return {
      ...{ ...nothing, others: [], cause: 'nothing-installed', tone: 'unknown', checks },
      headline: 'The account has no live certificate.',
      detail: `No edge saw a call of the account in ${facts.days} days, and there is no certificate to call with.`,
      passing: null,
      reply: `You have no live certificate yet. Sign in to the portal, open Certificates, and issue one for the environment you call. Then install certificate and key together, and call ${hosts}.`,
      asks: ['Who of the customer issues the certificate? Has that person signed in?'],
    };
  }
  const before = live.some((one) => one.lastSeenAt !== null);
  return {
    ...{
      ...nothing,
      others: [],
      cause: before ? 'silent' : 'never-called',
      tone: 'unknown',
      checks,
    },
    headline: before
      ? `No edge has seen a call of theirs for ${facts.days} days.`
      : 'No edge has ever seen a call of theirs.',
    detail:
      'Nothing was refused either: the calls end before they reach an edge. What is issued and set here is in order.',
    passing: null,
    reply: `We see no call from you: neither one that passed nor one that was refused. So the calls do not reach us. Check that your program calls ${hosts}, that DNS resolves it, and that your firewall lets it out to port 443. Then run: curl -v --cert client.pem --key client.key https://${mtlsHost(facts)}/ and send us what it prints.`,
    asks: ASK_NETWORK,
  };
}

const ASK_NETWORK = [
  'Which host does the program call, letter by letter?',
  'From which outgoing IP address, and when exactly did a call fail (with time zone)?',
  'Does a firewall or proxy stand in between? One that opens TLS takes the client certificate away.',
  'What does curl -v print for the same host?',
];

function hostsText({ environments }: ConnectionFacts): string {
  const hosts = environments.flatMap(({ environment, mtlsHost: host }) =>
    host ? `${host} (${environment})` : [],
  );
  return hosts.length > 0 ? hosts.join(' or ') : 'the mTLS host on the Connect page';
}

function mtlsHost({ environments }: ConnectionFacts): string {
  return environments.find((one) => one.mtlsHost !== null)?.mtlsHost ?? 'the mTLS host';
}

function labelOf(certificateId: string | null, { certificates }: ConnectionFacts): string | null {
  return certificates.find((one) => one.id === certificateId)?.label ?? null;
}

function passingOf(kind: PassedKind, facts: ConnectionFacts): Diagnosis['passing'] {
  const { networks, calls, lastAt, certificateId, apiClientName } = kind;
  const what = labelOf(certificateId, facts) ?? `${apiClientName ?? 'Calls'}, no certificate`;
  return { networks, what, calls, lastAt };
}

function othersOf(all: readonly RefusedKind[], shown: RefusedKind): Diagnosis['others'] {
  return all
    .filter((one) => one !== shown)
    .slice(0, 5)
    .map(({ code, environment, calls, lastAt }) => ({ code, environment, calls, lastAt }));
}
