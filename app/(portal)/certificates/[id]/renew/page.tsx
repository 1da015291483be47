import { randomUUID } from 'node:crypto';
import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { CertificateHeading } from '@/components/certificates/heading';
import { replacementPath } from '@/components/overview/verdict';
import { CsrRenewal } from '@/components/renewal/csr-renewal';
import { RenewalWays, renewalWayOf } from '@/components/renewal/renewal-ways';
import { SameKeyForm } from '@/components/renewal/same-key-form';
import { PlanRequired } from '@/components/support-acts/plan-required';
import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';
import { accountOverview } from '@/lib/accounts/overview';
import { hasPlan } from '@/lib/accounts/plan';
import { getCertificate } from '@/lib/certificates/read';
import { checkRenewalOf } from '@/lib/certificates/renew';
import { deployment } from '@/lib/platform/deployment';
import { orNotFound } from '../../../attempt';
import { inAccount } from '../../../opened';
import { checkAction } from '../../new/actions';
import { issuePlace } from '../../place';
import { renewAction, renewSameKeyAction } from './actions';

export const metadata: Metadata = { title: 'Renew certificate' };

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function RenewPage({ params, searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, account, can } = signedIn;
  const { id } = await params;
  const certificate = await orNotFound(() => getCertificate(principal, id));
  if (!account || !can('certificates.issue', certificate.environment))
    redirect(`/certificates/${id}`);
  if (certificate.status === 'revoked') redirect(replacementPath(certificate));
  if (!(await hasPlan(principal))) return <PlanRequired provider={deployment().providerName} />;
  const way = renewalWayOf(await searchParams);
  const place = await issuePlace(account, await accountOverview(principal), [
    certificate.environment,
  ]);
  const check = await checkRenewalOf(principal, id);
  const shared = { certificate, place, check, attempt: randomUUID() };
  return (
    <>
      <div>
        <CertificateHeading certificate={certificate} now={new Date()} />
        <p className="lede">
          The new certificate takes a slot of its own and works beside this one until you revoke
          this one or it ends. It keeps the label and the environment.
        </p>
      </div>
      {place.slots.held >= place.slots.limit ? (
        <Notice tone="expiring" title={`All ${place.slots.limit} slots are used`}>
          <p>
            To renew, first{' '}
            <Link className="link" href="/certificates?status=live">
              revoke a certificate
            </Link>{' '}
            you no longer need.
          </p>
        </Notice>
      ) : null}
      <RenewalWays way={way} id={id} />
      {way === 'csr' ? (
        <CsrRenewal
          {...shared}
          actions={{ issue: renewAction.bind(null, id), check: checkAction }}
        />
      ) : (
        <SameKeyForm {...shared} action={renewSameKeyAction.bind(null, id)} />
      )}
    </>
  );
}
