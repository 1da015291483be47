/** The states of an environment that a portal just started has not: for looking at their page. */
import type { Place } from '@/components/enforcement/environment-card';
import type { EnforcementView, ReadinessView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/lib/kernel/time';

type Client = ReadinessView['apiClients'][number];
type State = {
  enforcement?: Partial<EnforcementView>;
  readiness?: Partial<ReadinessView>;
  live?: 0;
};

/** @param nowMs what the ages on the page are counted from */
export function enforcementStates(nowMs: number): Record<string, State> {
  const ago = (ms: number) => new Date(nowMs - ms).toISOString();
  const offenders = { readiness: withOffenders(ago) };
  const ready = { readiness: allReady(ago) };
  const trial = { startedAt: ago(3 * MINUTE_MS), endsAt: ago(-12 * MINUTE_MS), before: 'observe' };
  const observed = { mode: 'observe', observedSince: ago(14 * DAY_MS), changedBy: 'Ines Duarte' };
  const onTrial = { mode: 'enforce', changedBy: 'Ines Duarte' } as const;
  const set = { mode: 'enforce', changedAt: ago(9 * DAY_MS), changedBy: 'Ines Duarte' } as const;
  return {
    off: { ...offenders },
    'off-nothing': { live: 0 },
    'no-evidence': { enforcement: { ...observed, mode: 'observe' }, readiness: silent() },
    observe: { enforcement: { ...observed, mode: 'observe' }, ...offenders },
    ready: { enforcement: { ...observed, mode: 'observe' }, ...ready },
    trial: {
      enforcement: { ...onTrial, trial: { ...trial, before: 'observe', provedAt: null } },
      ...ready,
    },
    'trial-proved': {
      enforcement: {
        ...onTrial,
        trial: { ...trial, before: 'observe', provedAt: ago(MINUTE_MS) },
      },
      ...ready,
    },
    scheduled: {
      enforcement: {
        ...observed,
        mode: 'observe',
        schedule: { at: ago(-3 * DAY_MS), trialMinutes: 60, by: 'Ines Duarte' },
      },
      ...ready,
    },
    enforced: { enforcement: { ...set }, ...ready },
    parent: { enforcement: { ...set }, readiness: { ...allReady(ago), subAccounts: 3 } },
    inherited: { enforcement: { mode: 'enforce', inherited: true }, ...ready },
  };
}

export function placeIn(state: State, environment: Environment, nowMs: number): Place {
  const at = new Date(nowMs).toISOString();
  const liveCertificate = {
    ...{ id: 'crt_1', label: 'ERP primary', commonName: 'erp.meridian.example' },
    notAfter: new Date(nowMs + 42 * DAY_MS).toISOString(),
  };
  return {
    now: at,
    family: {
      above: { production: ['Meridian Group'], sandbox: ['Meridian Group'] },
      below: ['Meridian Air', 'Meridian Rail', 'Meridian Sea'],
    },
    consequence: {
      environment,
      enforcement: {
        ...{ environment, mode: 'off', inherited: false, changedAt: null, changedBy: null },
        ...{ observedSince: null, trial: null, schedule: null, suspension: null },
        ...state.enforcement,
      },
      liveCertificates: state.live === 0 ? [] : [liveCertificate],
      apiClients: [],
      mtlsUrl: 'https://mtls.api.harbor.example',
      standardUrl: 'https://api.harbor.example',
    },
    readiness: {
      ...{ environment, from: new Date(nowMs - 7 * DAY_MS).toISOString(), firstCallAt: null },
      ...{ lastMtlsCallAt: null, evidence: false, calls: { ready: 0, wouldBeRefused: 0 } },
      ...{ apiClients: [], unproved: { calls: 0, apiClients: [] }, subAccounts: 0 },
      ...state.readiness,
    },
  };
}

const NOBODY: Omit<Client, 'id' | 'name'> = {
  ...{ connects: 'none', mtlsCalls: 0, standardCalls: 0, lastMtlsAt: null, lastStandardAt: null },
  ...{ wouldBeRefused: false, networks: [], userAgents: [] },
};

function client(name: string, some: Partial<Client>): Client {
  return { ...NOBODY, id: name, name, ...some };
}

function readyClients(ago: (ms: number) => string): Client[] {
  const mtls = (name: string, mtlsCalls: number, network: string, userAgent: string) =>
    client(name, {
      ...{ connects: 'mtls', mtlsCalls, lastMtlsAt: ago(MINUTE_MS) },
      ...{ networks: [network], userAgents: [userAgent] },
    });
  return [
    mtls('erp-sync', 842_310, '203.0.113.0/24', 'okhttp/4.12.0'),
    mtls('wms-gateway', 391_044, '2001:db8:40::/48', 'Go-http-client/2.0'),
    mtls('label-printer', 58_219, '203.0.113.0/24', 'python-requests/2.32.3'),
    mtls('rate-quotes', 33_870, '203.0.113.0/24', 'Java-http-client/21.0.5'),
  ];
}

function allReady(ago: (ms: number) => string): Partial<ReadinessView> {
  return {
    ...{ firstCallAt: ago(7 * DAY_MS), lastMtlsCallAt: ago(MINUTE_MS), evidence: true },
    calls: { ready: 1_325_443, wouldBeRefused: 0 },
    apiClients: readyClients(ago),
  };
}

function withOffenders(ago: (ms: number) => string): Partial<ReadinessView> {
  return {
    ...{ firstCallAt: ago(5 * DAY_MS), lastMtlsCallAt: ago(MINUTE_MS), evidence: true },
    calls: { ready: 1_328_150, wouldBeRefused: 15_500 },
    apiClients: [
      ...readyClients(ago),
      client('legacy-batch', {
        ...{ connects: 'standard', standardCalls: 14_906, lastStandardAt: ago(3 * MINUTE_MS) },
        ...{ wouldBeRefused: true, networks: ['198.51.100.0/24'], userAgents: ['curl/7.29.0'] },
      }),
      client('nightly-export', {
        ...{ connects: 'both', mtlsCalls: 2_707, standardCalls: 594, wouldBeRefused: true },
        ...{ lastStandardAt: ago(12 * HOUR_MS), lastMtlsAt: ago(MINUTE_MS) },
        networks: ['203.0.113.0/24', '198.51.100.0/24'],
        userAgents: ['node', 'Mozilla/5.0 (compatible; export-agent/3.1; like a long one)'],
      }),
      client('customs-feed', {}),
    ],
    unproved: {
      calls: 48,
      apiClients: [
        {
          ...{ name: 'erp-sync', calls: 47 },
          ...{ networks: ['192.0.2.0/24'], userAgents: ['python-requests/2.31.0'] },
        },
        { name: 'legacy-batch', calls: 1, networks: ['198.51.100.0/24'], userAgents: [''] },
      ],
    },
  };
}

function silent(): Partial<ReadinessView> {
  return { apiClients: [client('erp-sync', {}), client('wms-gateway', {})] };
}
