import { describe, expect, it } from 'vitest';
import {
  type ConnectionFacts,
  decide,
  decideConnection,
  type Policy,
  passesUnderEnforcement,
  type RequestFacts,
} from '@/lib/edge/decide';
import { apiClientNameHash } from '@/lib/edge/frames';
import { hostAgrees } from '@/lib/edge/host';
import { type CertificateEntry, type Change, type EdgeState, edgeIndex } from '@/lib/edge/state';
import { enforcing } from '@/lib/edge/testing';
import type { RefusalCode } from '@/lib/kernel/refusals';

const NOW = 1_800_000_000;
const NOW_MS = NOW * 1000;
const nameKey = new Uint8Array(32).fill(3);
const policy: Policy = { unnamed: 'refuse', hostnames: ['localhost'], maxAgeSeconds: 3600 };
const passing: Policy = { ...policy, unnamed: 'pass' };

const fingerprints = {
  live: 1,
  revoked: 2,
  expired: 3,
  early: 4,
  sandbox: 5,
  other: 6,
  suspended: 7,
  orphan: 8,
  stranger: 9,
};
const print = (name: keyof typeof fingerprints) => new Uint8Array(32).fill(fingerprints[name]);

const state: EdgeState = { number: 1, asOfMs: NOW_MS - 1000, nameKey, index: edgeIndex() };
const certificates: CertificateEntry[] = [
  entry('live'),
  { ...entry('revoked'), revokedAt: NOW - 5 },
  { ...entry('expired'), notAfter: NOW - 1 },
  { ...entry('early'), notBefore: NOW + 1 },
  { ...entry('sandbox'), environment: 'sandbox' },
  { ...entry('other'), accountId: 'acc_b' },
  { ...entry('suspended'), accountId: 'acc_s' },
  { ...entry('orphan'), accountId: 'acc_x' },
];
const changes: Change[] = [
  ...certificates.map((certificate) => ({ kind: 'certificate' as const, entry: certificate })),
  client('billing', 'acc_a'),
  client('plain', 'acc_b'),
  client('barred', 'acc_s'),
  client('orphan', 'acc_x'),
  {
    kind: 'account',
    entry: { accountId: 'acc_a', suspended: false, modes: enforcing('production') },
  },
  { kind: 'account', entry: { accountId: 'acc_b', suspended: false, modes: enforcing('sandbox') } },
  { kind: 'account', entry: { accountId: 'acc_s', suspended: true, modes: enforcing() } },
];
for (const change of changes) state.index.change(change);

const good: RequestFacts = {
  environment: 'production',
  listener: 'mtls',
  leaf: { fingerprint: print('live'), clientAuth: 'allowed' },
  sni: 'api.example',
  host: 'api.example:8443',
  apiClientNames: ['billing'],
};
const standard: RequestFacts = {
  ...good,
  listener: 'standard',
  leaf: null,
  apiClientNames: ['plain'],
};
const leaf = (name: keyof typeof fingerprints) => ({
  fingerprint: print(name),
  clientAuth: 'allowed' as const,
});
const old: EdgeState = { ...state, asOfMs: NOW_MS - 3_600_001 };

const CONNECTION: [RefusalCode, Partial<ConnectionFacts>, EdgeState | null][] = [
  ['certificate_required', { leaf: null }, state],
  ['certificate_required', { leaf: null }, null],
  [
    'not_a_client_certificate',
    { leaf: { fingerprint: print('stranger'), clientAuth: 'refused' } },
    state,
  ],
  [
    'not_a_client_certificate',
    { leaf: { fingerprint: print('live'), clientAuth: 'refused' } },
    null,
  ],
  ['unknown_certificate', { leaf: leaf('stranger') }, state],
  ['certificate_not_yet_valid', { leaf: leaf('early') }, state],
  ['certificate_expired', { leaf: leaf('expired') }, state],
  ['certificate_revoked', { leaf: leaf('revoked') }, state],
  ['edge_not_ready', {}, null],
  ['edge_not_ready', {}, old],
];

const REQUEST: [RefusalCode, RequestFacts, EdgeState | null][] = [
  ['host_mismatch', { ...good, host: 'other.example' }, state],
  ['host_mismatch', { ...good, host: null }, state],
  ['wrong_environment', { ...good, leaf: leaf('sandbox') }, state],
  ['wrong_environment', { ...good, environment: 'sandbox' }, state],
  ['api_client_required', { ...good, apiClientNames: [] }, state],
  ['unknown_api_client', { ...good, apiClientNames: ['Billing'] }, state],
  ['conflicting_identity', { ...good, apiClientNames: ['billing', 'plain'] }, state],
  ['wrong_account', { ...good, leaf: leaf('other') }, state],
  ['account_suspended', { ...good, leaf: leaf('suspended'), apiClientNames: ['barred'] }, state],
  ['edge_not_ready', { ...good, leaf: leaf('orphan'), apiClientNames: ['orphan'] }, state],
  ['edge_not_ready', good, old],
  ['edge_not_ready', standard, null],
  ['edge_not_ready', { ...standard, apiClientNames: ['billing'] }, old],
  ['edge_not_ready', { ...standard, apiClientNames: ['nobody'] }, old],
  ['edge_not_ready', { ...standard, apiClientNames: ['orphan'] }, state],
  ['host_mismatch', { ...standard, sni: 'b.example' }, state],
  ['api_client_required', { ...standard, apiClientNames: [] }, state],
  ['unknown_api_client', { ...standard, apiClientNames: ['nobody'] }, state],
  ['conflicting_identity', { ...standard, apiClientNames: ['plain', 'billing'] }, state],
  ['mtls_required', { ...standard, apiClientNames: ['billing'] }, state],
  ['account_suspended', { ...standard, apiClientNames: ['barred'] }, state],
];

describe('decideConnection', () => {
  it.each(CONNECTION)('invariant 7: %s (%#)', (code, change, held) => {
    const facts: RequestFacts = { ...good, ...change };
    const input = { facts, state: held, policy, nowMs: NOW_MS };
    expect(decideConnection(input)).toEqual({ allow: false, code });
    // T15: a request repeats the verdict of its connection.
    expect(decide(input)).toEqual({ allow: false, code });
  });

  it('allows a live certificate, of either environment, and any client of a standard listener', () => {
    for (const facts of [good, { ...good, leaf: leaf('sandbox') }, standard]) {
      expect(decideConnection({ facts, state, policy, nowMs: NOW_MS }).allow).toBe(true);
    }
  });

  it('RFC 5280, 4.1.2.5: the first and the last second are inside the validity', () => {
    const at = (name: keyof typeof fingerprints, nowMs: number) =>
      decideConnection({ facts: { ...good, leaf: leaf(name) }, state, policy, nowMs }).allow;
    expect(at('expired', (NOW - 1) * 1000 + 999)).toBe(true);
    expect(at('expired', NOW_MS)).toBe(false);
    expect(at('early', (NOW + 1) * 1000)).toBe(true);
    expect(at('early', (NOW + 1) * 1000 - 1)).toBe(false);
  });
});

describe('decide', () => {
  it.each(REQUEST)('invariant 7: %s (%#)', (code, facts, held) => {
    expect(decide({ facts, state: held, policy, nowMs: NOW_MS })).toEqual({ allow: false, code });
  });

  it('reaches every reason of the refusal table that is a decision', () => {
    const reached = new Set([...CONNECTION, ...REQUEST].map(([code]) => code));
    expect([...reached].sort()).toEqual(
      [
        'account_suspended',
        'api_client_required',
        'certificate_expired',
        'certificate_not_yet_valid',
        'certificate_required',
        'certificate_revoked',
        'conflicting_identity',
        'edge_not_ready',
        'host_mismatch',
        'mtls_required',
        'not_a_client_certificate',
        'unknown_api_client',
        'unknown_certificate',
        'wrong_account',
        'wrong_environment',
      ].sort(),
    );
  });

  it('allows certificate and API client of one account, whatever the mode', () => {
    const verdict = decide({ facts: good, state, policy, nowMs: NOW_MS });
    expect(verdict).toMatchObject({
      allow: true,
      accountId: 'acc_a',
      apiClient: { name: 'billing' },
    });
    const facts: RequestFacts = { ...good, leaf: leaf('other'), apiClientNames: ['plain'] };
    expect(decide({ facts, state, policy, nowMs: NOW_MS })).toMatchObject({
      allow: true,
      accountId: 'acc_b',
    });
  });

  it('allows the standard listener for an account that does not enforce in this environment', () => {
    const verdict = decide({ facts: standard, state, policy, nowMs: NOW_MS });
    expect(verdict).toMatchObject({ allow: true, accountId: 'acc_b', certificate: null });
  });

  it('one name from two sources is one identity', () => {
    const facts = { ...good, apiClientNames: ['billing', 'billing'] };
    expect(decide({ facts, state, policy, nowMs: NOW_MS }).allow).toBe(true);
  });

  it('EDGE_UNNAMED=pass lets unnamed and unknown callers through the standard listener only', () => {
    for (const apiClientNames of [[], ['nobody']]) {
      const open = decide({
        facts: { ...standard, apiClientNames },
        state,
        policy: passing,
        nowMs: NOW_MS,
      });
      expect(open).toEqual({
        ...{ allow: true, accountId: null, apiClient: null, certificate: null },
        mode: 'off',
      });
      const strict = decide({
        facts: { ...good, apiClientNames },
        state,
        policy: passing,
        nowMs: NOW_MS,
      });
      expect(strict.allow).toBe(false);
    }
  });

  it('EDGE_UNNAMED=pass lets neither a disagreement nor an enforced account through', () => {
    const code = (apiClientNames: string[]) =>
      decide({ facts: { ...standard, apiClientNames }, state, policy: passing, nowMs: NOW_MS });
    expect(code(['plain', 'billing'])).toEqual({ allow: false, code: 'conflicting_identity' });
    expect(code(['billing'])).toEqual({ allow: false, code: 'mtls_required' });
  });

  it('a clock that is not a number allows nothing', () => {
    for (const facts of [good, { ...standard, apiClientNames: ['plain'] }]) {
      expect(decide({ facts, state, policy, nowMs: Number.NaN }).allow).toBe(false);
    }
  });

  it('T21: observed, a call without a certificate passes, and is told from one where nothing is asked', () => {
    const facts = { ...standard, apiClientNames: ['plain'] };
    const put = (mode: 'off' | 'observe') => {
      const modes = { ...enforcing(), production: [{ mode, until: null }] };
      state.index.change({
        kind: 'account',
        entry: { accountId: 'acc_b', suspended: false, modes },
      });
      return decide({ facts, state, policy, nowMs: NOW_MS });
    };
    expect(put('observe')).toMatchObject({ allow: true, mode: 'observe' });
    expect(put('off')).toMatchObject({ allow: true, mode: 'off' });
  });

  it('T21: a trial ends at its instant, by the clock of the edge alone', () => {
    const facts = { ...standard, apiClientNames: ['trying'] };
    const production = [
      { mode: 'enforce' as const, until: NOW },
      { mode: 'observe' as const, until: null },
    ];
    const modes = { ...enforcing(), production };
    state.index.change({ kind: 'account', entry: { accountId: 'acc_t', suspended: false, modes } });
    state.index.change(client('trying', 'acc_t'));
    const at = (nowMs: number) => decide({ facts, state, policy, nowMs });
    expect(at(NOW * 1000 - 1)).toEqual({ allow: false, code: 'mtls_required' });
    expect(at(NOW * 1000)).toMatchObject({ allow: true, mode: 'observe' });
  });

  it('T16: too old a state refuses those who enforced and names it does not know, and nobody else', () => {
    const nowMs = NOW_MS + policy.maxAgeSeconds * 1000 + 1;
    const at = (name: string, given: Policy = policy) =>
      decide({ facts: { ...standard, apiClientNames: [name] }, state, policy: given, nowMs });
    expect(at('billing')).toEqual({ allow: false, code: 'edge_not_ready' });
    expect(at('nobody')).toEqual({ allow: false, code: 'edge_not_ready' });
    expect(at('nobody', passing)).toEqual({ allow: false, code: 'edge_not_ready' });
    expect(at('plain')).toMatchObject({ allow: true, accountId: 'acc_b' });
    expect(decide({ facts: good, state, policy, nowMs })).toMatchObject({ code: 'edge_not_ready' });
  });

  it('tells which allowed calls would pass under enforcement', () => {
    const passes = (facts: RequestFacts) => {
      const verdict = decide({ facts, state, policy: passing, nowMs: NOW_MS });
      return verdict.allow && passesUnderEnforcement(facts, verdict);
    };
    expect(passes(good)).toBe(true);
    expect(passes(standard)).toBe(false);
    expect(passes({ ...standard, apiClientNames: [] })).toBe(true);
  });
});

describe('hostAgrees', () => {
  it.each([
    ['api.example', 'api.example', true],
    ['api.example', 'API.example:8443', true],
    ['api.example', 'api.example.', true],
    ['api.example', 'evil.example', false],
    ['api.example', 'api.example@evil.example', false],
    ['api.example', 'api.example:8443:1', false],
    ['api.example', '127.0.0.1', false],
    [null, '127.0.0.1:8443', true],
    [null, '[::1]:8443', true],
    [null, 'localhost', true],
    [null, 'api.example', false],
    ['api.example', '', false],
    ['api.example', null, false],
  ])('T13: server name %s, host %s: %s', (sni, host, agrees) => {
    expect(hostAgrees({ sni, host, hostnames: ['localhost'] })).toBe(agrees);
  });
});

function entry(name: keyof typeof fingerprints): CertificateEntry {
  return {
    fingerprint: print(name),
    accountId: 'acc_a',
    environment: 'production',
    notBefore: NOW - 100,
    notAfter: NOW + 100,
    revokedAt: null,
  };
}

function client(name: string, accountId: string): Change {
  const nameHash = apiClientNameHash(nameKey, 'production', name);
  return { kind: 'api_client', entry: { nameHash, accountId, environment: 'production' } };
}
