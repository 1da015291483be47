import type { Metadata } from 'next';
import { Entrance } from '@/components/public/entrance';
import { Link } from '@/components/ui/link';
import { deployment } from '@/lib/platform/deployment';
import { ForgottenForm } from './form';

export const metadata: Metadata = { title: 'Forgotten password' };
export const dynamic = 'force-dynamic';

export default function ForgottenPage() {
  return (
    <Entrance>
      <h1 className="title mt-8">Forgotten password</h1>
      <p className="lede">A link to your address lets you set a new one.</p>
      <ForgottenForm />
      {deployment().mailsShown === 'yes' ? (
        <p className="small quiet mt-6">
          The demo delivers no mail: each is a file in the folder outbox of its data directory.
        </p>
      ) : null}
      <p className="small quiet mt-6">
        <Link className="link" href="/sign-in">
          Back to signing in
        </Link>
      </p>
    </Entrance>
  );
}
