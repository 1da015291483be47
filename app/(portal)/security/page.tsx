import type { Metadata } from 'next';
import { ProfileSection } from '@/components/profile/section';
import { SecondFactorForm } from '@/components/security/second-factor-form';
import { SsoForm } from '@/components/security/sso-form';
import { Day } from '@/components/time/when';
import { Fact } from '@/components/ui/fact';
import { readSecurity, type SecurityView } from '@/lib/identity/account-security';
import { deployment } from '@/lib/platform/deployment';
import { inAccount } from '../opened';
import { secondFactorAction, ssoAction } from './actions';

export const metadata: Metadata = { title: 'Security' };

export default async function SecurityPage() {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const security = await readSecurity(signedIn.principal);
  const manages = signedIn.can('security.manage');
  const since = security.secondFactorSince;
  return (
    <>
      <div>
        <h1 className="title">Security</h1>
        <p className="lede">
          How people of {signedIn.account?.name} sign in.{' '}
          {manages ? '' : 'Its Owners and Admins change this.'}
        </p>
      </div>
      <div className="cols">
        <div className="c5">
          <ProfileSection
            id="second-factor"
            title="Second factor"
            about={
              since ? (
                <>
                  Required since <Day at={since} />. Who has none sets one up before anything else.
                </>
              ) : (
                'Each member decides. When it is required, members without one are led to set it up at their next page, and can do nothing before.'
              )
            }
          >
            {manages ? (
              <SecondFactorForm required={since ? 'yes' : 'no'} action={secondFactorAction} />
            ) : null}
          </ProfileSection>
        </div>
        <div className="c7">
          <SsoSection sso={security.sso} manages={manages ? 'yes' : 'no'} />
        </div>
      </div>
    </>
  );
}

const DOMAIN_WORDS = {
  none: 'None',
  waits: 'waits for your provider to verify it',
  verified: 'verified',
};

function SsoSection({ sso, manages }: { sso: SecurityView['sso']; manages: 'yes' | 'no' }) {
  const valueFor = (role: string) =>
    Object.entries(sso?.roleMap ?? {}).find(([, given]) => given === role)?.[0] ?? '';
  return (
    <ProfileSection
      id="sso"
      title="Single sign-on"
      about="Your people sign in at your own identity provider, and reach this account alone that way. A second factor is then asked for there."
    >
      {sso ? (
        <dl className="facts tight mt-2">
          <Fact name="Issuer" form="mono">
            {sso.issuer}
          </Fact>
          <Fact name="Domain">
            {sso.domain ? `${sso.domain}: ${DOMAIN_WORDS[sso.domainState]}` : 'None'}
          </Fact>
        </dl>
      ) : (
        <p className="small quiet mt-3">None is set up.</p>
      )}
      {manages === 'yes' ? (
        <SsoForm
          values={{
            issuer: sso?.issuer ?? '',
            clientId: sso?.clientId ?? '',
            domain: sso?.domain ?? '',
            roleClaim: sso?.roleClaim ?? '',
            adminValue: valueFor('admin'),
            manageValue: valueFor('manage_mtls'),
          }}
          kept={sso ? 'yes' : 'no'}
          redirectUri={`${deployment().publicUrl}/sso/callback`}
          action={ssoAction}
        />
      ) : null}
    </ProfileSection>
  );
}
