import type { Metadata } from 'next';
import { Hosts } from '@/components/connect/hosts';
import { Walk } from '@/components/connect/walk';
import { Live } from '@/components/live/live';
import { Segments } from '@/components/ui/chips';
import { ENVIRONMENT_WORDS } from '@/components/words';
import { liveStart } from '@/lib/activity/recent-decisions';
import { listRefusedCalls } from '@/lib/activity/refused-calls';
import { listCertificates } from '@/lib/certificates/list';
import { enforcementConsequences } from '@/lib/enforcement/read';
import { inAccount } from '../opened';

export const metadata: Metadata = { title: 'Connect' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ConnectPage({ searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal } = signedIn;
  const asked = (await searchParams).environment;
  const places = await enforcementConsequences(principal);
  const consequence = places.find((one) => one.environment === asked) ?? places[0];
  if (!consequence) return null;
  const { environment } = consequence;
  const live = await listCertificates(principal, { environment, status: 'live', limit: 100 });
  const calls = (await listRefusedCalls(principal)).filter(
    (one) => one.environment === environment,
  );
  return (
    <>
      <div className="head">
        <div>
          <h1 className="title">Connect</h1>
          <p className="lede">
            The commands have your names in them. Passphrases and passwords stay on your machine.
          </p>
        </div>
        <Segments
          label="Environment"
          choices={places.map((one) => ({
            name: ENVIRONMENT_WORDS[one.environment],
            href: `/connect?environment=${one.environment}`,
            picked: one === consequence,
          }))}
        />
      </div>
      <div className="cols answer-first">
        <div className="c7">
          <Walk place={{ consequence, certificate: live.items[0] ?? null }} />
        </div>
        <aside className="c5 stays">
          <Live start={await liveStart(principal, environment)} />
          <Hosts consequence={consequence} certificates={live.items} calls={calls} />
        </aside>
      </div>
    </>
  );
}
