import { Ago } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { Link } from '@/components/ui/link';
import type { RefusedCallView } from '@/lib/contract/activity';

export const REFUSED_SHOWN = 3;

export function RefusedLately({ calls }: { calls: RefusedCallView[] }) {
  return (
    <section>
      <div className="bar-head">
        <h2 className="h2">Refused calls</h2>
        <Link className="link small end" href="/activity">
          Activity
        </Link>
      </div>
      <div className="sheet">
        {calls.length === 0 ? (
          <p className="env-row quiet">No call of this account has been refused.</p>
        ) : null}
        {calls.map((call) => (
          <div className="env-row" key={call.id}>
            <span className="top">
              <Badge shape="refused">Refused</Badge>
              <code className="code">{call.code}</code>
              <span className="quiet">
                <Ago at={call.at} />
              </span>
            </span>
            <span>{call.whatHappened}</span>
          </div>
        ))}
      </div>
    </section>
  );
}
