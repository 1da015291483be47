import { randomUUID } from 'node:crypto';
import type { Metadata } from 'next';
import { AskForIt } from '@/components/members/ask-for-it';
import { NewCertificate } from '@/components/request/new-certificate';
import { type Query, subjectOf, wantedOf, wayOf } from '@/components/request/wanted';
import { PlanRequired } from '@/components/support-acts/plan-required';
import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';
import { accountOverview } from '@/lib/accounts/overview';
import { hasPlan } from '@/lib/accounts/plan';
import { LABEL_MAX_CHARACTERS } from '@/lib/contract/operations';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { judgeTyped } from '@/lib/pki/typed-request';
import { deployment } from '@/lib/platform/deployment';
import { askAction } from '../../members/actions';

import { inAccount } from '../../opened';
import { issuePlace } from '../place';
import { checkAction, issueAction, issueHereAction } from './actions';

export const metadata: Metadata = { title: 'New certificate' };

type Props = { searchParams: Promise<Query> };

export default async function NewCertificatePage({ searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, account, can } = signedIn;
  const query = await searchParams;
  const { environment, label } = query;
  if (!account || !can('certificates.issue')) {
    return <ReadOnly mayAsk={principal.roles.includes('viewer')} />;
  }
  if (!(await hasPlan(principal))) return <PlanRequired provider={deployment().providerName} />;
  const overview = await accountOverview(principal);
  const { liveCount, liveLimit } = overview.account;
  const allowed = ENVIRONMENTS.filter((one) => can('certificates.issue', one));
  const place = await issuePlace(account, overview, allowed);
  const values = {
    csr: '',
    environment: allowed.find((one) => one === environment) ?? allowed[0] ?? 'production',
    label: typeof label === 'string' ? label.slice(0, LABEL_MAX_CHARACTERS) : '',
  } as const;
  const wanted = wantedOf(query);
  return (
    <>
      <div>
        <h1 className="title">New certificate</h1>
        <p className="lede">
          Your private key stays with you. We need the signing request (CSR) only.
        </p>
      </div>
      {liveCount >= liveLimit ? (
        <Notice tone="expiring" title={`All ${liveLimit} slots are used`}>
          <p>
            You can check a request here. To issue it, first{' '}
            <Link className="link" href="/certificates?status=live">
              revoke a certificate
            </Link>{' '}
            you no longer need.
          </p>
        </Notice>
      ) : null}
      <NewCertificate
        way={wayOf(query)}
        wanted={wanted}
        found={judgeTyped(subjectOf(wanted, account.legalName), account.legalName)}
        issueHere={issueHereAction}
        place={place}
        initial={{ values }}
        attempt={randomUUID()}
        maxLabel={LABEL_MAX_CHARACTERS}
        actions={{ issue: issueAction, check: checkAction }}
      />
    </>
  );
}

function ReadOnly({ mayAsk }: { mayAsk: boolean }) {
  return (
    <div>
      <h1 className="title">You can read certificates, not issue them</h1>
      <p className="lede">
        Issuing needs the Manage mTLS permission. Owners and Admins of your account can give it to
        you.
      </p>
      <div className="acts mt-6">
        {mayAsk ? <AskForIt action={askAction.bind(null, null)} form="btn btn-primary" /> : null}
        <Link className="btn" href="/certificates">
          Show certificates
        </Link>
      </div>
    </div>
  );
}
