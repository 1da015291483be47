import { describe, expect, it } from 'vitest';
import type { ReadinessView } from '@/lib/contract/views';
import {
  type ClientReadiness,
  clockText,
  evidenceOrder,
  firstOf,
  fixOf,
  forecastOf,
  shareText,
} from './words';

function client(name: string, mtlsCalls: number, standardCalls: number): ClientReadiness {
  const alone = mtlsCalls > 0 ? 'mtls' : standardCalls > 0 ? 'standard' : 'none';
  const connects = mtlsCalls > 0 && standardCalls > 0 ? 'both' : alone;
  return {
    ...{ id: name, name, connects, mtlsCalls, standardCalls },
    ...{ lastMtlsAt: null, lastStandardAt: null, wouldBeRefused: standardCalls > 0 },
    ...{ networks: ['203.0.113.0/24'], userAgents: ['curl/8'] },
  };
}

function readiness(apiClients: ClientReadiness[]): ReadinessView {
  const sum = (of: (one: ClientReadiness) => number) =>
    apiClients.reduce((all, one) => all + of(one), 0);
  return {
    ...{ environment: 'production', from: '2026-11-14T00:00:00.000Z', firstCallAt: null },
    ...{ lastMtlsCallAt: null, evidence: false, subAccounts: 0, apiClients },
    calls: { ready: sum((one) => one.mtlsCalls), wouldBeRefused: sum((one) => one.standardCalls) },
    unproved: { calls: 0, apiClients: [] },
  };
}

function sentence(apiClients: ClientReadiness[]): string {
  const { who, names } = forecastOf(readiness(apiClients));
  return `If you enforced now, ${who}${names}.`;
}

describe('what enforcing now would do', () => {
  it('names those who would be refused, of how many', () => {
    const clients = [client('nightly-export', 9, 3), client('erp', 99, 0), client('legacy', 0, 7)];
    expect(sentence(clients)).toBe(
      'If you enforced now, 2 of 3 API clients would be refused: nightly-export, legacy.',
    );
    expect(forecastOf(readiness(clients)).consequence).toContain('10 calls in 7 days, 8.5 %');
  });

  it('is not "nobody" where no call was seen', () => {
    expect(sentence([client('erp', 0, 0)])).toBe(
      'If you enforced now, nothing tells who would be refused: no call in 7 days was surely of your 1 API client.',
    );
  });

  it('says of whom nothing is known where the others are ready', () => {
    const found = forecastOf(readiness([client('erp', 5, 0), client('customs', 0, 0)]));
    expect(found.who).toBe('the one API client that calls would pass');
    expect(found.consequence).toContain('Nothing is known of customs');
  });

  it('speaks of calls that only name an API client, which may be its own', () => {
    const known = readiness([client('erp', 5, 0), client('batch', 0, 0)]);
    const unproved = {
      calls: 9,
      apiClients: ['erp', 'batch'].map((name) => ({
        ...{ name, calls: 9, networks: [], userAgents: [] },
      })),
    };
    const { consequence } = forecastOf({ ...known, unproved });
    expect(consequence).toContain('name batch, and nothing shows whose they are');
    expect(consequence).not.toContain('Nothing is known');
  });

  it('says that there is none yet where there is no API client', () => {
    expect(sentence([])).toContain('no API client would be refused: there is none yet');
  });
});

describe('the evidence', () => {
  it('lists those who would be refused first, then by calls, and leaves out who never called', () => {
    const clients = [client('a', 5, 0), client('b', 50, 0), client('c', 1, 1), client('d', 0, 0)];
    expect(evidenceOrder(clients).map((one) => one.name)).toEqual(['c', 'b', 'a']);
  });

  it('says 100 % only of all of them', () => {
    expect(shareText({ ready: 99_999, wouldBeRefused: 1 })).toBe('99.9 %');
    expect(shareText({ ready: 3, wouldBeRefused: 0 })).toBe('100 %');
    expect(shareText({ ready: 0, wouldBeRefused: 4 })).toBe('0 %');
    expect(shareText({ ready: 0, wouldBeRefused: 0 })).toBeNull();
  });

  it('counts what it does not name', () => {
    expect(firstOf(['a', 'b', 'c'])).toBe('a and 2 more');
    expect(firstOf([])).toBe('');
  });

  it("gives Node's hint to programs of Node alone", () => {
    const hosts = { standard: 'api.example', mtls: 'mtls.api.example' };
    const node = { ...client('export', 2, 1), userAgents: ['node'] };
    expect(fixOf(node, hosts)).toMatchObject({ language: 'node-undici' });
    expect(fixOf(node, hosts).text).toContain('agent is ignored');
    expect(fixOf(client('batch', 0, 1), hosts).text).not.toContain('agent');
  });
});

describe('the clock', () => {
  it.each([
    [12 * 60_000, '12:00'],
    [61_001, '1:02'],
    [999, '0:01'],
    [0, '0:00'],
    [-5_000, '0:00'],
    [4 * 3_600_000, '4:00:00'],
  ])('of %i ms left is %s: it is never over before the trial is', (leftMs, text) => {
    expect(clockText(leftMs)).toBe(text);
  });
});
