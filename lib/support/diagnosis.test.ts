import { describe, expect, it } from 'vitest';
import type { CaseCertificate, Diagnosis } from '@/lib/contract/support';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';
import { type ConnectionFacts, diagnose, type PassedKind, type RefusedKind } from './diagnosis';

const NOW = '2026-11-18T14:05:00.000Z';

const live: CaseCertificate = {
  ...{ id: 'crt_live', label: 'WMS gateway', commonName: 'wms.example', environment: 'production' },
  ...{
    status: 'live',
    serialHex: 'F37BFFE1000000000000000021280B85',
    sha256Fingerprint: 'AB'.repeat(32),
  },
  ...{ notBefore: '2026-11-01T00:00:00.000Z', notAfter: '2027-06-02T00:00:00.000Z' },
  ...{ createdAt: '2026-11-01T00:00:00.000Z', createdBy: 'Ines Duarte' },
  ...{ revokedAt: null, revokedBy: null, revocationReason: null, replacedBy: null },
  ...{ lastSeenAt: '2026-11-18T14:00:00.000Z', lastSeenTls: 'TLSv1.3' },
};
const revoked: CaseCertificate = {
  ...live,
  ...{ id: 'crt_old', label: 'WMS gateway 2025', status: 'revoked', serialHex: '5A' },
  ...{ revokedAt: '2026-11-03T16:22:31.000Z', revokedBy: 'Tomasz Lis' },
  replacedBy: { id: 'crt_live', label: 'WMS gateway' },
};
const expired: CaseCertificate = {
  ...live,
  ...{ id: 'crt_exp', label: 'Old ERP', status: 'expired', notAfter: '2026-11-10T00:00:00.000Z' },
};
const sandbox: CaseCertificate = {
  ...live,
  ...{ id: 'crt_sand', label: 'Tracking web', environment: 'sandbox' },
};

function refused(code: RefusalCode, differs: Partial<RefusedKind> = {}): RefusedKind {
  return {
    ...{ code, environment: 'production', listener: 'mtls', certificateId: null },
    ...{ apiClientName: null, apiClientOf: null, calls: 318, whose: 'own' },
    ...{ firstAt: '2026-11-18T09:10:00.000Z', lastAt: '2026-11-18T14:03:00.000Z' },
    ...{ addresses: ['198.51.100.82'], userAgents: ['Go-http-client/1.1'] },
    ...{ fingerprint: null, tlsVersion: 'TLSv1.3', sni: 'mtls.example' },
    ...differs,
  };
}

const passed: PassedKind = {
  ...{ environment: 'production', listener: 'mtls', certificateId: 'crt_live' },
  ...{ apiClientName: 'wms', calls: 4_000, lastAt: '2026-11-18T14:04:00.000Z' },
  networks: ['203.0.113.0/24'],
};

function facts(differs: Partial<ConnectionFacts> = {}): ConnectionFacts {
  return {
    ...{
      now: NOW,
      days: 7,
      suspended: false,
      plan: 'standard',
      certificates: [live, revoked, sandbox],
    },
    environments: [
      {
        environment: 'production',
        mode: 'enforce',
        mtlsHost: 'mtls.example',
        standardHost: 'api.example',
      },
      {
        environment: 'sandbox',
        mode: 'off',
        mtlsHost: 'sandbox-mtls.example',
        standardHost: 'sandbox.example',
      },
    ],
    apiClients: [{ name: 'wms', environment: 'production', disabled: false }],
    ...{ refused: [], passed: [], edgesBehind: [] },
    about: { certificateId: null, call: null },
    ...differs,
  };
}

type Case = {
  when: string;
  facts: Partial<ConnectionFacts>;
  cause: Diagnosis['cause'];
  headline: string;
  reply: string[];
};

const CASES: Case[] = [
  {
    when: 'one machine presents what was revoked, and others pass',
    facts: {
      refused: [refused('certificate_revoked', { certificateId: 'crt_old' })],
      passed: [passed],
    },
    cause: 'certificate_revoked',
    headline: 'One machine still presents WMS gateway 2025, which was revoked on 3 Nov 2026.',
    reply: [
      'on 3 Nov 2026 by Tomasz Lis',
      'WMS gateway, serial F37BFFE1…21280B85, valid to 2 Jun 2027',
      'restart',
    ],
  },
  {
    when: 'a certificate ran out and nothing replaces it',
    facts: {
      certificates: [expired],
      refused: [refused('certificate_expired', { certificateId: 'crt_exp' })],
    },
    cause: 'certificate_expired',
    headline: 'One machine still presents Old ERP, which expired on 10 Nov 2026.',
    reply: ['There is no live certificate in production'],
  },
  {
    when: 'a certificate is refused as not yet valid minutes after it was issued',
    facts: {
      certificates: [
        { ...live, createdAt: '2026-11-18T14:02:00.000Z', notBefore: '2026-11-18T14:02:00.000Z' },
      ],
      refused: [refused('certificate_not_yet_valid', { certificateId: 'crt_live' })],
    },
    cause: 'certificate_not_yet_valid',
    headline:
      'A certificate was refused as not yet valid right after it was issued: a clock is wrong.',
    reply: ['18 Nov 2026, 14:02 UTC', '18 Nov 2026, 14:03 UTC'],
  },
  {
    when: 'a sandbox certificate is used in production',
    facts: { refused: [refused('wrong_environment', { certificateId: 'crt_sand' })] },
    cause: 'wrong_environment',
    headline: 'They call production with Tracking web, a certificate of sandbox.',
    reply: ['sandbox-mtls.example'],
  },
  {
    when: 'the API client is of another account, which is not named to this one',
    facts: {
      refused: [
        refused('wrong_account', {
          certificateId: 'crt_live',
          apiClientName: 'theirs',
          apiClientOf: 'Harbor Logistics',
        }),
      ],
    },
    cause: 'wrong_account',
    headline: 'They call with their certificate and an API client of Harbor Logistics.',
    reply: ['the API client is not of your account'],
  },
  {
    when: 'a program calls the mTLS host without a certificate',
    facts: {
      refused: [
        refused('certificate_required', {
          userAgents: ['node'],
          addresses: ['192.0.2.1', '192.0.2.2'],
        }),
      ],
    },
    cause: 'certificate_required',
    headline: '2 machines connect to the mTLS host without a certificate.',
    reply: ['The program says it is node.'],
  },
  {
    when: 'an unknown certificate is presented',
    facts: { refused: [refused('unknown_certificate', { fingerprint: 'cd'.repeat(32) })] },
    cause: 'unknown_certificate',
    headline: 'One machine presents a certificate that was not issued here.',
    reply: ['CDCDCDCD…CDCDCDCD', 'WMS gateway ABABABAB…ABABABAB'],
  },
  {
    when: 'a program still calls the standard host under enforcement',
    facts: { refused: [refused('mtls_required', { listener: 'standard', apiClientName: 'wms' })] },
    cause: 'mtls_required',
    headline: 'wms still calls the standard host, and mTLS is enforced in production.',
    reply: ['The mTLS host of production is mtls.example.'],
  },
  {
    when: 'no API client is known by the name',
    facts: { refused: [refused('unknown_api_client')] },
    cause: 'unknown_api_client',
    headline: 'The calls name an API client that production does not know.',
    reply: ['In production your account has wms.'],
  },
  {
    when: 'what was refused passes since, from the same network',
    facts: {
      refused: [
        refused('certificate_revoked', {
          certificateId: 'crt_old',
          lastAt: '2026-11-18T13:40:00.000Z',
        }),
      ],
      passed: [{ ...passed, networks: ['198.51.100.0/24'] }],
    },
    cause: 'recovered',
    headline: 'They connect again in production.',
    reply: ['We see your calls pass in production', 'The certificate was revoked.'],
  },
  {
    when: 'nothing is refused and calls pass',
    facts: { passed: [passed] },
    cause: 'passing',
    headline: 'Nothing is refused. Their calls pass.',
    reply: ['firewall and DNS', 'outgoing IP address'],
  },
  {
    when: 'calls passed once, and none is seen any more',
    facts: {},
    cause: 'silent',
    headline: 'No edge has seen a call of theirs for 7 days.',
    reply: ['mtls.example (production)', 'firewall'],
  },
  {
    when: 'no call was ever seen',
    facts: { certificates: [{ ...live, lastSeenAt: null, lastSeenTls: null }] },
    cause: 'never-called',
    headline: 'No edge has ever seen a call of theirs.',
    reply: ['curl -v --cert'],
  },
  {
    when: 'there is no certificate to call with',
    facts: { certificates: [revoked] },
    cause: 'nothing-installed',
    headline: 'The account has no live certificate.',
    reply: ['open Certificates'],
  },
];

describe("why can't they connect", () => {
  it.each(CASES)('$when', ({ facts: given, cause, headline, reply }) => {
    const found = diagnose(facts(given));
    expect(found).toMatchObject({ cause, headline });
    for (const part of reply) expect(found.reply).toContain(part);
  });

  it.each(Object.keys(REFUSALS))('answers %s in the words used everywhere', (code) => {
    const known = Object.entries(REFUSALS).find(([name]) => name === code);
    if (!known || !isCode(code)) throw new Error('no such code');
    const found = diagnose(facts({ refused: [refused(code)] }));
    expect(found.reply).toContain(known[1].whatHappened);
    expect(found.reply).toContain(known[1].whatToDo);
    expect(found.headline).not.toBe('');
    expect(found.reply).not.toMatch(/undefined|null|\s{2}/);
  });

  it('puts their own refusals before those that may be of a neighbour, and says which they are', () => {
    const near = refused('unknown_certificate', {
      whose: 'near',
      lastAt: '2026-11-18T14:04:30.000Z',
    });
    const own = refused('certificate_expired', { certificateId: 'crt_old' });
    expect(diagnose(facts({ refused: [near, own] })).cause).toBe('certificate_expired');
    const alone = diagnose(facts({ refused: [near] }));
    expect(alone.detail).toContain('may be of somebody else');
  });

  it('takes a call from another network for another machine, not for the mend', () => {
    const found = diagnose(facts({ refused: [refused('certificate_revoked')], passed: [passed] }));
    expect(found.tone).toBe('refused');
    expect(found.passing).toMatchObject({ what: 'WMS gateway', networks: ['203.0.113.0/24'] });
  });

  it('answers about the certificate or the call that support came with, and else production first', () => {
    const newest = refused('api_client_required', { environment: 'sandbox', lastAt: NOW });
    const old = refused('certificate_expired', {
      certificateId: 'crt_exp',
      lastAt: '2026-11-12T00:00:00.000Z',
    });
    const outage = refused('certificate_revoked', { certificateId: 'crt_old' });
    const all = { refused: [newest, old, outage] };
    expect(diagnose(facts(all)).cause).toBe('certificate_revoked');
    const certificate = { about: { certificateId: 'crt_exp', call: null } };
    expect(diagnose(facts({ ...all, ...certificate })).cause).toBe('certificate_expired');
    const call = {
      code: 'api_client_required',
      environment: 'sandbox',
      sourceAddress: '198.51.100.82',
    } as const;
    expect(diagnose(facts({ ...all, about: { certificateId: null, call } })).cause).toBe(
      'api_client_required',
    );
  });

  it('does not take another program behind the same address for the mend of a fresh refusal', () => {
    const found = diagnose(
      facts({
        refused: [refused('certificate_revoked')],
        passed: [{ ...passed, networks: ['198.51.100.0/24'] }],
      }),
    );
    expect(found.cause).toBe('certificate_revoked');
  });

  it('says what was checked, in order or not', () => {
    const wrong = diagnose(
      facts({
        suspended: true,
        certificates: [],
        apiClients: [],
        edgesBehind: ['iad-1'],
        refused: [refused('account_suspended', { tlsVersion: 'TLSv1.1' })],
      }),
    );
    const by = (found: Diagnosis) =>
      Object.fromEntries(found.checks.map((one) => [one.name, one.is]));
    expect(by(wrong)).toEqual({
      ...{ Account: 'wrong', Certificates: 'wrong', Environments: 'fine', 'API clients': 'wrong' },
      ...{ Clock: 'fine', 'TLS version': 'wrong', Edges: 'wrong' },
    });
    expect(new Set(Object.values(by(diagnose(facts({ passed: [passed] })))))).toEqual(
      new Set(['fine']),
    );
  });
});

function isCode(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS, code);
}
