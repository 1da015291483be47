import { Day } from '@/components/time/when';
import { CopyButton } from '@/components/ui/copy';
import { Env } from '@/components/ui/env';
import { Fact } from '@/components/ui/fact';
import { counted, ENVIRONMENT_WORDS } from '@/components/words';
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
        </dl>
        <Ranges
          list={ingress}
          what={`${name.toLowerCase()} edge addresses`}
          unset={`${provider} has not said at which addresses its ${name.toLowerCase()} edges listen. Let your programs reach the hosts above by name, or ask ${provider} for the addresses: it sets them in EDGE_${environment.toUpperCase()}_INGRESS.`}
        />
      </div>
      <div className="sheet-row">
        <h3 className="h3">In: webhooks call you</h3>
        <Ranges
          list={egress}
          what={`${name.toLowerCase()} webhook addresses`}
          unset={`${provider} has not said from which addresses its ${name.toLowerCase()} webhooks come. If you receive none, there is nothing to let in. Otherwise ask ${provider}: it sets them in WEBHOOK_${environment.toUpperCase()}_EGRESS.`}
        />
      </div>
    </section>
  );
}

function Ranges({ list, what, unset }: { list: FirewallList; what: string; unset: string }) {
  const { ranges, since } = list;
  if (ranges.length === 0) return <p className="small soft unset">{unset}</p>;
  return (
    <div className="codeblock">
      <header>
        {counted(ranges.length, 'range')}
        <span className="end">
          <CopyButton value={ranges.join('\n')} what={what} look="button" />
        </span>
      </header>
      <pre>{ranges.join('\n')}</pre>
      {since ? (
        <footer>
          <span>
            The same since <Day at={since} />
          </span>
        </footer>
      ) : null}
    </div>
  );
}
