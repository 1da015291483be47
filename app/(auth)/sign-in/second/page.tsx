import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { PasskeySignIn } from '@/components/profile/passkey-sign-in';
import { Entrance } from '@/components/public/entrance';
import { Link } from '@/components/ui/link';
import { readHalfSession } from '@/lib/identity/half-session';
import { signedIn } from '@/lib/identity/session';
import { requestFacts } from '@/lib/platform/request';
import { localPath } from '../local-path';
import { CodeForm } from './form';

export const metadata: Metadata = { title: 'Second factor' };
export const dynamic = 'force-dynamic';

type Props = { searchParams: Promise<{ next?: string | string[] }> };

export default async function SecondFactorPage({ searchParams }: Props) {
  const next = localPath((await searchParams).next);
  if (await signedIn()) redirect(next);
  const again = `/sign-in?next=${encodeURIComponent(next)}`;
  const { requestId } = await requestFacts();
  const half = await readHalfSession(requestId);
  if (!half) redirect(again);
  return (
    <Entrance>
      <h1 className="title mt-8">Second factor</h1>
      <p className="lede">Your password was right. Prove that it is you once more.</p>
      {half.passkeys > 0 ? (
        <div className="mt-6">
          <PasskeySignIn next={next} />
        </div>
      ) : null}
      <CodeForm next={next} app={half.app} />
      <p className="small quiet mt-6">
        <Link className="link" href={again}>
          Sign in as someone else
        </Link>
      </p>
    </Entrance>
  );
}
