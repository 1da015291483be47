import { describe, expect, it } from 'vitest';
import type { EnforcementNews, EnvironmentNews } from '@/lib/contract/enforcement-news';
import { outcomesOf, wentBackWords } from './news';

const QUIET: EnvironmentNews = {
  ...{
    environment: 'production',
    mode: 'observe',
    trial: null,
    schedule: null,
    suspension: null,
    wentBack: null,
  },
};
const TRIAL = {
  startedAt: '2026-11-18T14:00:00.000Z',
  endsAt: '2026-11-18T14:15:00.000Z',
  before: 'observe',
  provedAt: null,
} as const;
const running = news('14:10', { mode: 'enforce', trial: TRIAL });

function news(time: string, some: Partial<EnvironmentNews>): EnforcementNews {
  return { accountId: 'acc_1', at: `2026-11-18T${time}:00.000Z`, items: [{ ...QUIET, ...some }] };
}

describe('what became of a trial', () => {
  it('is that it was confirmed where the environment stays enforced', () => {
    const [found] = outcomesOf(running, news('14:11', { mode: 'enforce' }));
    expect(found).toMatchObject({ is: 'confirmed', says: 'Production is enforced.' });
  });

  it('is that it went back by itself once its end has passed, with the minute', () => {
    const [found] = outcomesOf(running, news('14:16', {}));
    expect(found?.is).toBe('reverted');
    expect(found?.says).toContain('at 14:15 UTC');
    expect(found?.follows).toContain('It is observed');
  });

  it('is that somebody took it back before its end', () => {
    const [found] = outcomesOf(running, news('14:12', { mode: 'off' }));
    expect(found).toMatchObject({ is: 'taken-back' });
    expect(found?.follows).toContain('It is off');
  });

  it('is nothing while it runs, and nothing where none ran', () => {
    expect(outcomesOf(running, news('14:12', { mode: 'enforce', trial: TRIAL }))).toEqual([]);
    expect(outcomesOf(news('14:00', {}), news('14:12', { mode: 'enforce' }))).toEqual([]);
  });

  it('is told to who comes later', () => {
    const wentBack = { at: '2026-11-18T14:15:00.000Z', to: 'off' } as const;
    const [found] = wentBackWords(news('18:00', { mode: 'off', wentBack }));
    expect(found?.says).toBe('The trial in production went back by itself at 14:15 UTC.');
  });
});
