import { counted, listed } from '@/components/words';
import type { FleetView } from '@/lib/contract/fleet';

export type Verdict = { text: string; tone: 'ink' | 'quiet' | 'refused' };

/** How it stands in up to three sentences, what is not in order first. */
export function fleetVerdict({ edges, health, expiring, observing }: FleetView): Verdict[] {
  const lagging = edges.filter((one) => one.is !== 'current' && one.is !== 'never came');
  const troubled = health.filter((one) => one.is === 'wrong').map((one) => one.name.toLowerCase());
  const ready = observing.filter((one) => one.ready === 'yes').length;
  const wrong: Verdict[] = [];
  if (lagging.length > 0) {
    const [are, decide] = lagging.length === 1 ? ['is', 'it decides'] : ['are', 'they decide'];
    const names =
      lagging.length > 3 ? counted(lagging.length, 'edge') : listed(lagging.map((one) => one.name));
    wrong.push({
      text: `${names} ${are} not current: ${decide} by old information.`,
      tone: 'refused',
    });
  }
  if (troubled.length > 0) wrong.push({ text: `Look at: ${listed(troubled)}.`, tone: 'refused' });
  const fine: Verdict[] =
    wrong.length > 0 ? [] : [{ text: 'Edges, signer and queues are in order.', tone: 'ink' }];
  return [
    ...wrong,
    ...fine,
    {
      text:
        expiring.in7Days === 0
          ? 'No certificate ends this week.'
          : `${counted(expiring.in7Days, 'certificate')} ${expiring.in7Days === 1 ? 'ends' : 'end'} within 7 days.`,
      tone: 'quiet',
    },
    ...(ready > 0
      ? [{ text: `${counted(ready, 'account')} could enforce.`, tone: 'quiet' as const }]
      : []),
  ];
}
