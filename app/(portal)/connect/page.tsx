import { Download } from 'lucide-react';
import type { Metadata } from 'next';
import { Hosts } from '@/components/connect/hosts';
import { SelfCheck } from '@/components/connect/self-check';
import { Walk } from '@/components/connect/walk';
import { Live } from '@/components/live/live';
import { Segments } from '@/components/ui/chips';
import { ENVIRONMENT_WORDS } from '@/components/words';
import { liveStart } from '@/lib/activity/recent-decisions';
import { listCertificates } from '@/lib/certificates/list';
import { enforcementConsequences } from '@/lib/enforcement/read';
import type { Environment } from '@/lib/kernel/environments';
import { inAccount } from '../opened';
import { selfCheckAction } from './actions';
import { languageOf, snippetFacts } from './asked';

export const metadata: Metadata = { title: 'Connect' };

type Props = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function ConnectPage({ searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal } = signedIn;
  const asked = await searchParams;
  const places = await enforcementConsequences(principal);
  const consequence = places.find((one) => one.environment === asked.environment) ?? places[0];
  if (!consequence) return null;
  const { environment } = consequence;
  const query = { environment, status: 'live', limit: 1 } as const;
  const certificate = (await listCertificates(principal, query)).items[0] ?? null;
  const facts = await snippetFacts({ principal, place: consequence, certificate, asked });
  const choice = { path: '/connect', query: { environment }, id: await languageOf(asked) };
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
      <div className="cols connect-cols">
        <div className="c7">
          <Walk place={{ consequence, certificate, facts, choice }} />
        </div>
        <aside className="c5">
          <Live start={await liveStart(principal, environment)} />
          <Hosts consequence={consequence} />
          <Checks environment={environment} />
        </aside>
      </div>
    </>
  );
}

function Checks({ environment }: { environment: Environment }) {
  return (
    <div className="sheet sheet-pad mt-6 grid gap-6">
      <SelfCheck environment={environment} action={selfCheckAction} />
      <section>
        <h2 className="h2">Check your machine</h2>
        <p className="small soft mt-1 mb-3">
          A shell script that needs openssl and curl. It finds what is wrong with key, passphrase,
          chain, clock or network, makes the call, and prints no secret.
        </p>
        <a
          className="btn"
          href={`/connect/check.sh?environment=${environment}`}
          download={`check-${environment}.sh`}
        >
          <Download className="icon" aria-hidden="true" />
          Download check script
        </a>
      </section>
    </div>
  );
}
