import { describe, expect, it } from 'vitest';
import type { FleetView } from '@/lib/contract/fleet';
import { fleetVerdict } from './fleet-verdict';

const calm: FleetView = {
  now: '2026-11-18T14:05:00.000Z',
  expiring: { in7Days: 0, in30Days: 3, days: [], accounts: [] },
  ...{
    observing: [],
    refusals: { hours: [], reasons: [] },
    edges: [],
    newestNumber: '7',
    issuers: [],
  },
  health: [{ name: 'Signer', is: 'fine', says: 'Answers' }],
};
const edge = { number: '6', behindBy: 1, lastSeenAt: calm.now, lost: 0, refusedWhy: null };

describe('the fleet in a sentence', () => {
  it('is calm when nothing is wrong', () => {
    expect(fleetVerdict(calm).map((one) => one.text)).toEqual([
      'Edges, signer and queues are in order.',
      'No certificate ends this week.',
    ]);
  });

  it('names what is not in order first, and does not also say that all is well', () => {
    const said = fleetVerdict({
      ...calm,
      edges: [
        { ...edge, name: 'iad-1', is: 'behind' },
        { ...edge, name: 'new', is: 'never came' },
      ],
      health: [{ name: 'Mails to deliver', is: 'wrong', says: '4 wait' }],
      expiring: { ...calm.expiring, in7Days: 1 },
    });
    expect(said).toEqual([
      { text: 'iad-1 is not current: it decides by old information.', tone: 'refused' },
      { text: 'Look at: mails to deliver.', tone: 'refused' },
      { text: '1 certificate ends within 7 days.', tone: 'quiet' },
    ]);
  });
});
