import { Chips } from '@/components/ui/chips';
import { counted } from '@/components/words';
import type { KeyCalls } from '@/lib/contract/key-use';
import { CallsWithKey } from './key-use';

const DAYS = [1, 7, 30, 90];

/** @param path of the page, to which a choice of days is added */
export function KeyCallsSection({
  calls,
  days,
  path,
}: {
  calls: KeyCalls;
  days: number;
  path: string;
}) {
  return (
    <section className="sheet" aria-labelledby="calls-title">
      <div className="sheet-head">
        <h2 className="h2" id="calls-title">
          Calls with it
        </h2>
        <span className="small quiet">
          {calls.passed} passed, {calls.refused} refused, from {counted(calls.networks, 'network')}
        </span>
        <div className="end">
          <Chips
            label="Since"
            choices={DAYS.map((one) => ({
              name: one === 1 ? '24 hours' : `${one} days`,
              href: `${path}&days=${one}`,
              picked: one === days,
            }))}
          />
        </div>
      </div>
      <CallsWithKey calls={calls} />
    </section>
  );
}
