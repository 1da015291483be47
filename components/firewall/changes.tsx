import { Moment } from '@/components/time/when';
import { Env } from '@/components/ui/env';
import type { FirewallChange } from '@/lib/contract/firewall';

const DIRECTION_WORDS = { ingress: 'edges', egress: 'webhooks' } as const;

export function FirewallChanges({ changes }: { changes: FirewallChange[] }) {
  return (
    <section aria-label="Changes">
      <div className="bar-head">
        <h2 className="h2">Changes</h2>
      </div>
      {changes.length === 0 ? (
        <p className="small soft">
          None so far. A change is listed here and in /firewall.json from the moment it holds.
        </p>
      ) : (
        <ol className="sheet address-changes">
          {changes.map((change) => (
            <li key={`${change.at} ${change.environment} ${change.direction}`}>
              <Env environment={change.environment} size="text">
                , {DIRECTION_WORDS[change.direction]}
              </Env>
              <span className="what">
                {change.added.map((range) => (
                  <code key={range}>+ {range}</code>
                ))}
                {change.removed.map((range) => (
                  <code key={range} className="quiet">
                    − {range}
                  </code>
                ))}
              </span>
              <span className="quiet">
                <Moment at={change.at} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
