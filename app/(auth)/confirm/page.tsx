import type { Metadata } from 'next';
import { Entrance } from '@/components/public/entrance';
import { Link } from '@/components/ui/link';
import { requirePerson } from '@/lib/identity/session';
import { ownProvider } from '@/lib/identity/sso-choice';
import { localPath } from '../sign-in/local-path';
import { ConfirmForm } from './form';

export const metadata: Metadata = { title: 'Confirm that it is you' };
export const dynamic = 'force-dynamic';

type Props = { searchParams: Promise<{ next?: string | string[] }> };

export default async function ConfirmPage({ searchParams }: Props) {
  const next = localPath((await searchParams).next);
  const found = await requirePerson();
  const { person, confinedTo } = found;
  const provider = confinedTo === null ? null : await ownProvider(found);
  return (
    <Entrance>
      <h1 className="title mt-8">Confirm that it is you</h1>
      <p className="lede">
        You are signed in as {person.email}. What you are about to do asks for a fresh proof; it
        holds for 30 minutes.
      </p>
      {confinedTo === null ? (
        <ConfirmForm next={next} />
      ) : (
        <a
          className="btn btn-primary btn-wide mt-6"
          href={`/sso/start?${new URLSearchParams({ connection: provider ?? '', purpose: 'confirm', next })}`}
        >
          Sign in again at your identity provider
        </a>
      )}
      <p className="small quiet mt-6">
        <Link className="link" href={next}>
          Go back without it
        </Link>
      </p>
    </Entrance>
  );
}
