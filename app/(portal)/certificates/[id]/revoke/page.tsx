import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { CertificateHeading } from '@/components/certificates/heading';
import { CostOfRevoking, hurts } from '@/components/certificates/revocation-cost';
import { RevokeForm } from '@/components/certificates/revoke-form';
import { Ago } from '@/components/time/when';
import { Fact, shortened } from '@/components/ui/fact';
import { Notice } from '@/components/ui/notice';
import { counted, listed } from '@/components/words';
import { certificateDetail } from '@/lib/certificates/read';
import { orNotFound } from '../../../attempt';
import { inAccount } from '../../../opened';
import { revokeAction } from '../actions';

export const metadata: Metadata = { title: 'Revoke certificate' };

type Props = { params: Promise<{ id: string }> };

export default async function RevokePage({ params }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, can } = signedIn;
  const { id } = await params;
  const detail = await orNotFound(() => certificateDetail(principal, id));
  const { certificate, sameKey } = detail;
  const { environment, lastSeenAt } = certificate;
  if (certificate.status !== 'live' || !can('certificates.revoke', environment)) {
    redirect(`/certificates/${id}`);
  }
  return (
    <>
      <div>
        <CertificateHeading certificate={certificate} now={new Date()} />
        <p className="lede">
          Revoking cannot be undone. Within a second, calls to {environment} with this certificate
          are refused, on open connections too, and its slot is free.
        </p>
      </div>
      <CostOfRevoking cost={detail} environment={environment} />
      {sameKey.length > 0 ? (
        <Notice
          tone="expiring"
          title={`${counted(sameKey.length, 'other live certificate has', 'other live certificates have')} the same key`}
        >
          <p>
            If you revoke because the private key may be known to someone else,{' '}
            {listed(sameKey.map((other) => `${other.label} (${other.environment})`))}{' '}
            {sameKey.length === 1 ? 'is' : 'are'} revoked with it.
          </p>
        </Notice>
      ) : null}
      <div className="cols answer-first">
        <div className="c7">
          <RevokeForm
            certificate={certificate}
            confirmation={hurts(detail) ? 'typed' : 'none'}
            reason={detail.rotation?.old.id === certificate.id ? 'superseded' : ''}
            action={revokeAction.bind(null, id)}
          />
        </div>
        <aside className="c5">
          <section className="sheet sheet-pad">
            <h2 className="h2">This certificate</h2>
            <dl className="facts tight mt-2">
              <Fact name="Certificate">{certificate.label}</Fact>
              <Fact name="Common name" form="mono">
                {certificate.commonName}
              </Fact>
              <Fact name="Serial" form="mono">
                {shortened(certificate.serialHex)}
              </Fact>
              <Fact name="Last seen">
                {lastSeenAt ? <Ago at={lastSeenAt} /> : 'No call has come with it'}
              </Fact>
            </dl>
          </section>
        </aside>
      </div>
    </>
  );
}
