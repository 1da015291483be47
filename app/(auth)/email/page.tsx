import type { Metadata } from 'next';
import { Entrance } from '@/components/public/entrance';
import { Link } from '@/components/ui/link';
import { emailOffered } from '@/lib/identity/change-email';
import { requestFacts } from '@/lib/platform/request';
import { confirmEmailAction } from './actions';

export const metadata: Metadata = { title: 'Confirm address' };
export const dynamic = 'force-dynamic';

type Props = { searchParams: Promise<{ token?: string | string[] }> };

/** A mail program that follows links does not confirm anything: that takes a press. */
export default async function EmailPage({ searchParams }: Props) {
  const { token } = await searchParams;
  const secret = typeof token === 'string' ? token : '';
  const { requestId } = await requestFacts();
  const to = await emailOffered(secret, requestId);
  return (
    <Entrance>
      <h1 className="title mt-8">{to ? 'Confirm this address' : 'This link works no more'}</h1>
      <p className="lede">
        {to
          ? `You sign in with ${to} from then on. Your old address is told, and signs in no more.`
          : 'It was used, or is older than 30 minutes. Ask for a new one at Your sign-in.'}
      </p>
      {to ? (
        <form action={confirmEmailAction} className="mt-6">
          <input type="hidden" name="token" value={secret} />
          <button className="btn btn-primary btn-wide" type="submit">
            Sign in with it from now on
          </button>
        </form>
      ) : (
        <Link className="btn btn-primary btn-wide mt-6" href="/profile">
          Open Your sign-in
        </Link>
      )}
    </Entrance>
  );
}
