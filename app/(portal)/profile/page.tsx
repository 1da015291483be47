import type { Metadata } from 'next';
import { AppFactor } from '@/components/profile/app-factor';
import { EmailForm } from '@/components/profile/email-form';
import { PasswordForm } from '@/components/profile/password-form';
import { ProfileSection } from '@/components/profile/section';
import { SessionList } from '@/components/profile/session-list';
import { Day } from '@/components/time/when';
import { Notice } from '@/components/ui/notice';
import { counted, listed } from '@/components/words';
import { listOwnSessions } from '@/lib/identity/own-sessions';
import { type FactorsView, ownFactors } from '@/lib/identity/second-factor';
import { requireSignedIn } from '@/lib/identity/session';
import { ownIdentities } from '@/lib/identity/sso-choice';
import { openTrouble } from '@/lib/identity/trouble';
import {
  emailAction,
  endOthersAction,
  endSessionAction,
  factorAction,
  passwordAction,
} from './actions';
import { PasskeySection } from './passkey-section';
import { SsoSection } from './sso-section';

export const metadata: Metadata = { title: 'Your sign-in' };

type Props = { searchParams: Promise<{ trouble?: string | string[] }> };

export default async function ProfilePage({ searchParams }: Props) {
  const found = await requireSignedIn();
  const { person, confinedTo } = found;
  const sessions = await listOwnSessions(found);
  const trouble = await openTrouble((await searchParams).trouble);
  const identities = confinedTo === null ? await ownIdentities(found) : null;
  const factors = confinedTo === null ? await ownFactors(found) : null;
  return (
    <>
      <div>
        <h1 className="title">Your sign-in</h1>
        <p className="lede">
          {person.name}, {person.email}. Where you are signed in, and how you prove that it is you.
        </p>
      </div>
      {trouble ? (
        <Notice tone="refused">
          <p>{trouble}</p>
        </Notice>
      ) : null}
      <div className="cols">
        <div className="c7 grid gap-6">
          <ProfileSection id="sessions" title="Sessions">
            <SessionList
              sessions={sessions}
              acts={{ end: endSessionAction, endOthers: endOthersAction }}
            />
          </ProfileSection>
          {factors ? (
            <>
              <PasskeySection factors={factors} />
              <AppSection factors={factors} />
            </>
          ) : null}
        </div>
        <div className="c5 grid gap-6">
          {factors ? (
            <>
              <ProfileSection
                id="password"
                title="Password"
                about="Changing it ends every other session."
              >
                <PasswordForm action={passwordAction} email={person.email} />
              </ProfileSection>
              <ProfileSection
                id="email"
                title="E-mail address"
                about={`You sign in with ${person.email}. Another one is confirmed by a link to it.`}
              >
                <EmailForm action={emailAction} />
              </ProfileSection>
            </>
          ) : (
            <Notice title="Your account's identity provider signs you in">
              <p>
                Password and second factor are kept there. To change what you have here, sign in
                with your password or passkey.
              </p>
            </Notice>
          )}
          {identities ? <SsoSection identities={identities} /> : null}
        </div>
      </div>
    </>
  );
}

function AppSection({ factors: { app, recoveryCodesLeft, requiredBy } }: { factors: FactorsView }) {
  const asked =
    requiredBy.length > 0 ? ` ${listed(requiredBy)} requires a second factor of you.` : '';
  return (
    <ProfileSection
      id="app"
      title="Authenticator app"
      about={
        app.state === 'on' ? (
          <>
            On since <Day at={app.since} />: signing in with your password asks for a code.{' '}
            {counted(recoveryCodesLeft, 'recovery code')} left.{asked}
          </>
        ) : (
          `A code from your phone beside the password, so that a stolen password opens nothing.${asked}`
        )
      }
    >
      <AppFactor app={app} action={factorAction} next={null} />
    </ProfileSection>
  );
}
