import type { Metadata } from 'next';
import { Changes } from '@/components/activity/changes';
import { CertificateLife } from '@/components/certificates/certificate-life';
import { FactsTab } from '@/components/certificates/facts-tab';
import { CertificateHeading } from '@/components/certificates/heading';
import { Install } from '@/components/certificates/install';
import { LabelForm } from '@/components/certificates/label-form';
import { LoneRule, Rotation } from '@/components/certificates/rotation';
import { renewalPath, replacementPath } from '@/components/overview/verdict';
import { TrafficTab } from '@/components/traffic/traffic-tab';
import { Tabs } from '@/components/ui/chips';
import { Link } from '@/components/ui/link';
import { certificateTraffic } from '@/lib/activity/certificate-traffic';
import { certificateDetail, getCertificate } from '@/lib/certificates/read';
import { LABEL_MAX_CHARACTERS } from '@/lib/contract/operations';
import type { CertificateView } from '@/lib/contract/views';
import { enforcementConsequences } from '@/lib/enforcement/read';
import { orNotFound } from '../../attempt';
import { languageOf, snippetFacts } from '../../connect/asked';
import { inAccount } from '../../opened';
import { idleRuleAction, labelAction } from './actions';

type Props = {
  params: Promise<{ id: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  const signedIn = await inAccount();
  if (!signedIn) return { title: 'Certificate' };
  const { principal } = signedIn;
  const { id } = await params;
  return { title: (await orNotFound(() => getCertificate(principal, id))).label };
}

const TABS = ['install', 'traffic', 'facts', 'history'] as const;
const TAB_WORDS = { install: 'Install', traffic: 'Traffic', facts: 'Facts', history: 'History' };

export default async function CertificatePage({ params, searchParams }: Props) {
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const { principal, can } = signedIn;
  const { id } = await params;
  const detail = await orNotFound(() => certificateDetail(principal, id));
  const { certificate, facts, history, revocation } = detail;
  const { environment } = certificate;
  const traffic = await certificateTraffic(principal, id);
  const asked = await searchParams;
  const tab = TABS.find((one) => one === asked.tab) ?? 'install';
  const places = await enforcementConsequences(principal);
  const place = places.find((one) => one.environment === certificate.environment);
  const call = place?.mtlsUrl
    ? {
        facts: await snippetFacts({ principal, place, certificate, asked }),
        choice: { path: `/certificates/${id}`, query: {}, id: await languageOf(asked) },
      }
    : null;
  const now = new Date();
  const renewed = detail.rotation?.old.id === certificate.id;
  return (
    <>
      <div className="head">
        <div>
          <CertificateHeading certificate={certificate} now={now} />
          {can('certificates.label', environment) ? (
            <LabelForm
              label={certificate.label}
              maxLabel={LABEL_MAX_CHARACTERS}
              action={labelAction.bind(null, id)}
            />
          ) : null}
        </div>
        <Acts
          certificate={certificate}
          renewal={renewed ? 'issued' : 'none'}
          may={{
            issue: can('certificates.issue', environment),
            revoke: can('certificates.revoke', environment),
          }}
        />
      </div>
      <CertificateLife
        certificate={certificate}
        traffic={traffic}
        renewal={renewed ? 'issued' : 'none'}
        now={now}
      />
      {detail.rotation ? (
        <Rotation
          rotation={detail.rotation}
          here={certificate.id}
          action={
            can('certificates.revoke', environment)
              ? idleRuleAction.bind(null, detail.rotation.old.id)
              : null
          }
        />
      ) : (
        <LoneRule
          certificate={certificate}
          action={can('certificates.revoke', environment) ? idleRuleAction.bind(null, id) : null}
        />
      )}
      <div>
        <Tabs
          label="Certificate"
          choices={TABS.map((one) => ({
            name: TAB_WORDS[one],
            href: one === 'install' ? `/certificates/${id}` : `/certificates/${id}?tab=${one}`,
            picked: one === tab,
          }))}
        />
        <div className="mt-6">
          {tab === 'install' ? <Install certificate={certificate} call={call} /> : null}
          {tab === 'traffic' ? <TrafficTab traffic={traffic} /> : null}
          {tab === 'facts' ? (
            <FactsTab certificate={certificate} more={facts} places={revocation} now={now} />
          ) : null}
          {tab === 'history' ? (
            <div className="sheet overflow-hidden">
              <Changes events={history} />
            </div>
          ) : null}
        </div>
      </div>
    </>
  );
}

function Acts({
  certificate,
  renewal,
  may,
}: {
  certificate: CertificateView;
  renewal: 'issued' | 'none';
  may: { issue: boolean; revoke: boolean };
}) {
  const live = certificate.status === 'live';
  if (!may.issue && !may.revoke) return null;
  return (
    <div className="acts">
      {live && may.revoke ? (
        <Link className="btn btn-danger" href={`/certificates/${certificate.id}/revoke`}>
          Revoke certificate
        </Link>
      ) : null}
      {may.issue ? (
        <Link
          className={renewal === 'issued' ? 'btn' : 'btn btn-primary'}
          href={
            certificate.status === 'revoked'
              ? replacementPath(certificate)
              : renewalPath(certificate)
          }
        >
          {certificate.status === 'revoked' ? 'Replace certificate' : 'Renew certificate'}
        </Link>
      ) : null}
    </div>
  );
}
