import { describe, expect, it } from 'vitest';
import { authorityState, type LivingIssuer } from './authority-state';

const at = (text: string) => new Date(`${text}T00:00:00Z`);
const NOW = at('2026-11-21');

function issuing(facts: Partial<LivingIssuer> = {}): LivingIssuer {
  return {
    ...{ kind: 'issuing', environment: 'production', state: 'active' },
    ...{ stateAt: at('2026-01-01'), notAfter: at('2036-01-01') },
    ...facts,
  };
}

describe('how a CA stands', () => {
  const newer = issuing({ stateAt: at('2026-06-01') });

  it.each<[string, LivingIssuer, LivingIssuer[]]>([
    ['signs-authorities', issuing({ kind: 'root', environment: null }), []],
    ['issues', issuing(), []],
    ['issues', issuing(), [issuing({ environment: 'sandbox', stateAt: at('2026-06-01') })]],
    ['issues', issuing(), [issuing({ state: 'ready', stateAt: at('2026-06-01') })]],
    ['issues', issuing(), [{ ...newer, notAfter: at('2027-06-01') }]],
    ['issues', newer, [issuing()]],
    ['stands-by', issuing(), [newer]],
    ['ended', issuing({ notAfter: at('2027-06-01') }), [newer]],
    ['ready', issuing({ state: 'ready' }), [newer]],
    ['retired', issuing({ state: 'retired' }), [newer]],
  ])('%s: %o among %o', (state, one, others) => {
    expect(authorityState(one, [one, ...others], NOW)).toBe(state);
  });

  it('RFC 5280, 6.1: it issues to the last moment at which a certificate ends with it, and no later', () => {
    const last = issuing({ notAfter: at('2027-11-21') });
    expect(authorityState(last, [last], NOW)).toBe('issues');
    expect(authorityState(last, [last], new Date(NOW.getTime() + 1))).toBe('ended');
  });
});
