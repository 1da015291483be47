import type { Metadata } from 'next';
import { FirewallChanges } from '@/components/firewall/changes';
import { EnvironmentAddresses } from '@/components/firewall/environment-addresses';
import { Machines } from '@/components/firewall/machines';
import { firewallView } from '@/lib/firewall/read';
import { requireSignedIn } from '@/lib/identity/session';
import { deployment } from '@/lib/platform/deployment';

export const metadata: Metadata = { title: 'Firewall' };

export default async function FirewallPage() {
  await requireSignedIn();
  const { environments, changes, provider } = firewallView();
  return (
    <>
      <div className="head">
        <div>
          <h1 className="title">Firewall</h1>
          <p className="lede">
            What to let through between your network and {provider}: out to the edges your programs
            call, in from where webhooks come.
          </p>
        </div>
      </div>
      <div className="envs">
        {environments.map((one) => (
          <EnvironmentAddresses key={one.environment} addresses={one} provider={provider} />
        ))}
      </div>
      <Machines publicUrl={deployment().publicUrl} />
      <FirewallChanges changes={changes} />
    </>
  );
}
