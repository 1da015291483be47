import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { PasskeySignIn } from '@/components/profile/passkey-sign-in';
import { PublicLinks } from '@/components/public/links';
import { Mark } from '@/components/ui/mark';
import { signedIn } from '@/lib/identity/session';
import { SignInForm } from './form';
import { localPath } from './local-path';

export const metadata: Metadata = { title: 'Sign in' };
export const dynamic = 'force-dynamic';

type Props = { searchParams: Promise<{ next?: string | string[] }> };

export default async function SignInPage({ searchParams }: Props) {
  const next = localPath((await searchParams).next);
  if (await signedIn()) redirect(next);
  return (
    <div className="entrance">
      <main id="main" tabIndex={-1}>
        <span className="brand -ml-2">
          <Mark />
          Countersign
        </span>
        <h1 className="title mt-8">Sign in</h1>
        <p className="lede">Certificates and mTLS enforcement for your API account.</p>
        <SignInForm next={next} />
        <p className="or small quiet needs-scripts">or</p>
        <PasskeySignIn next={next} />
        <p className="small quiet mt-6">
          No sign-in yet, or the password is lost? Ask an admin of your account, or your provider.
        </p>
        <div className="mt-8">
          <PublicLinks />
        </div>
      </main>
    </div>
  );
}
