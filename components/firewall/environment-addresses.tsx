import { Day } from '@/components/time/when';
import { CopyButton } from '@/components/ui/copy';
import { Env } from '@/components/ui/env';
import { Fact } from '@/components/ui/fact';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { FirewallEnvironment, FirewallList } from '@/lib/contract/firewall';

/** Both directions of one environment. */
export function EnvironmentAddresses({
  addresses,
  provider,
}: {
  addresses: FirewallEnvironment;
  provider: string;
}) {
  const { environment, mtlsHost, standardHost, ingress, egress } = addresses;
  const name = ENVIRONMENT_WORDS[environment];
  return (
    <section className="sheet firewall" aria-label={name}>
      <div className="sheet-head">
        <h2 className="h2">
          <Env environment={environment} size="text" />
        </h2>
      </div>
      <div className="sheet-pad">
        <h3 className="h3">Out: your programs call the edges</h3>
        <dl className="facts tight">
          <Fact name="With mTLS" form="mono" {...(mtlsHost ? { copy: mtlsHost } : {})}>
            {mtlsHost ?? 'not set'}
          </Fact>
          <Fact name="Standard" form="mono" {...(standardHost ? { copy: standardHost } : {})}>
            {standardHost ?? 'not set'}
          </Fact>
          <Ranges list={ingress} what={`${name.toLowerCase()} edge addresses`} />
        </dl>
        {ingress.ranges.length > 0 ? null : (
          <p className="small soft unset">
            {provider} has not said at which addresses its {name.toLowerCase()} edges listen. Let
            your programs reach the hosts by name, or ask {provider} for the addresses, which it
            sets in <code>EDGE_{environment.toUpperCase()}_INGRESS</code>.
          </p>
        )}
      </div>
      <div className="sheet-row">
        <h3 className="h3">In: webhooks call you</h3>
        <dl className="facts tight">
          <Ranges list={egress} what={`${name.toLowerCase()} webhook addresses`} />
        </dl>
        {egress.ranges.length > 0 ? null : (
          <p className="small soft unset">
            {provider} has not said from which addresses its {name.toLowerCase()} webhooks come. If
            you receive none, there is nothing to let in. Otherwise ask {provider}, which sets them
            in <code>WEBHOOK_{environment.toUpperCase()}_EGRESS</code>.
          </p>
        )}
      </div>
    </section>
  );
}

function Ranges({ list, what }: { list: FirewallList; what: string }) {
  const { ranges, since } = list;
  if (ranges.length === 0) return null;
  return (
    <div>
      <dt>Addresses</dt>
      <dd>
        <span>
          {ranges.map((range) => (
            <code className="range" key={range}>
              {range}
            </code>
          ))}
          {since ? (
            <small>
              the same since <Day at={since} />
            </small>
          ) : null}
        </span>
        <CopyButton value={ranges.join('\n')} what={what} />
      </dd>
    </div>
  );
}
