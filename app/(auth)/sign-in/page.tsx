import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { PasskeySignIn } from '@/components/profile/passkey-sign-in';
import { SsoLink } from '@/components/profile/sso-link';
import { Entrance } from '@/components/public/entrance';
import { PublicLinks } from '@/components/public/links';
import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';
import { signedIn } from '@/lib/identity/session';
import { ssoForAll } from '@/lib/identity/sso-choice';
import { openTrouble } from '@/lib/identity/trouble';
import { SignInForm } from './form';
import { localPath } from './local-path';

export const metadata: Metadata = { title: 'Sign in' };
export const dynamic = 'force-dynamic';

type Asked = Record<'next' | 'trouble' | 'done', string | string[] | undefined>;
type Props = { searchParams: Promise<Asked> };

export default async function SignInPage({ searchParams }: Props) {
  const asked = await searchParams;
  const next = localPath(asked.next);
  if (await signedIn()) redirect(next);
  const trouble = await openTrouble(asked.trouble);
  const forAll = ssoForAll();
  return (
    <Entrance>
      <h1 className="title mt-8">Sign in</h1>
      <p className="lede">Certificates and mTLS enforcement for your API account.</p>
      {trouble ? (
        <div className="mt-6">
          <Notice tone="refused" title="You are not signed in">
            <p>{trouble}</p>
          </Notice>
        </div>
      ) : null}
      {asked.done === 'password' ? (
        <div className="mt-6">
          <Notice title="Your password is set">
            <p>Sign in with it.</p>
          </Notice>
        </div>
      ) : null}
      <SignInForm next={next} found={null} />
      <p className="or small quiet needs-scripts">or</p>
      <div className="grid gap-3">
        <PasskeySignIn next={next} />
        {forAll ? <SsoLink choice={forAll} next={next} /> : null}
      </div>
      <p className="small quiet mt-6">
        <Link className="link" href="/forgotten">
          Forgotten your password?
        </Link>{' '}
        No sign-in yet? Ask an admin of your account, or your provider.
      </p>
      <div className="mt-8">
        <PublicLinks />
      </div>
    </Entrance>
  );
}
