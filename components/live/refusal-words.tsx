import { Link } from '@/components/ui/link';
import type { DecisionView } from '@/lib/contract/live';
import { actOf } from './words';

/** Why a call was refused and what mends it, in the words used everywhere. */
export function Refusal({ decision }: { decision: DecisionView }) {
  const { refusal } = decision;
  const act = actOf(decision);
  if (refusal === null) return null;
  return (
    <div className="why">
      <p>
        <b>{refusal.whatHappened}</b>
      </p>
      <p>
        {refusal.whatToDo}{' '}
        {act ? (
          <Link className="link" href={act.href}>
            {act.words}
          </Link>
        ) : null}
      </p>
    </div>
  );
}
