import type { Metadata } from 'next';
import { Entrance } from '@/components/public/entrance';
import { Link } from '@/components/ui/link';
import { resetIsOpen } from '@/lib/identity/reset-password';
import { requestFacts } from '@/lib/platform/request';
import { ResetForm } from './form';

export const metadata: Metadata = { title: 'New password' };
export const dynamic = 'force-dynamic';

type Props = { searchParams: Promise<{ token?: string | string[] }> };

export default async function ResetPage({ searchParams }: Props) {
  const { token } = await searchParams;
  const secret = typeof token === 'string' ? token : '';
  const { requestId } = await requestFacts();
  const open = await resetIsOpen(secret, requestId);
  return (
    <Entrance>
      <h1 className="title mt-8">{open ? 'New password' : 'This link works no more'}</h1>
      <p className="lede">
        {open
          ? 'Setting it ends every session of yours. A second factor stays as it is.'
          : 'It was used, replaced by a newer one, or is older than 30 minutes.'}
      </p>
      {open ? (
        <ResetForm token={secret} />
      ) : (
        <Link className="btn btn-primary btn-wide mt-6" href="/forgotten">
          Ask for a new link
        </Link>
      )}
    </Entrance>
  );
}
