import { Ago } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { CopyButton } from '@/components/ui/copy';
import { Fact } from '@/components/ui/fact';
import type {
  CertificateView,
  EnforcementConsequence,
  RefusedCallView,
} from '@/lib/contract/views';
import { TEST_PATH } from './curl';

/** Where to call, and what came of it. */
export function Hosts({
  consequence,
  certificates,
  calls,
}: {
  consequence: EnforcementConsequence;
  certificates: CertificateView[];
  calls: RefusedCallView[];
}) {
  const { apiClients, mtlsUrl, standardUrl } = consequence;
  const seen = certificates.filter((one) => one.lastSeenAt !== null);
  return (
    <section className="sheet" aria-label="Hosts">
      <div className="sheet-pad">
        <h2 className="h2">Hosts</h2>
        <dl className="facts tight mt-2">
          <Fact name="With mTLS" form="mono" {...(mtlsUrl ? { copy: mtlsUrl } : {})}>
            {mtlsUrl ?? 'not set'}
          </Fact>
          <Fact name="Standard" form="mono" {...(standardUrl ? { copy: standardUrl } : {})}>
            {standardUrl ?? 'not set'}
          </Fact>
          <Fact
            name="Test path"
            form="mono"
            copy={TEST_PATH}
            note="Says what the edge saw of your call"
          >
            {TEST_PATH}
          </Fact>
        </dl>
        <h3 className="h3 mt-4">API clients</h3>
        {apiClients.length === 0 ? (
          <p className="small quiet mt-1">None in {consequence.environment} yet.</p>
        ) : (
          <ul className="mt-1">
            {apiClients.map((name) => (
              <li key={name} className="small flex items-center gap-1 py-0.5">
                <code>{name}</code>
                <CopyButton value={name} what={`name ${name}`} />
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="sheet-row">
        <h2 className="h3">What the edge saw</h2>
        {seen.length === 0 && calls.length === 0 ? (
          <p className="small quiet mt-1">
            Nothing of this account in {consequence.environment} yet. Load this page again after
            your first call.
          </p>
        ) : null}
        {seen.map((one) => (
          <p className="small mt-2 flex flex-wrap items-baseline gap-x-3" key={one.id}>
            <Badge shape="live">Passed</Badge>
            <span>{one.label}</span>
            <span className="quiet ml-auto">
              {one.lastSeenAt ? <Ago at={one.lastSeenAt} /> : null}
            </span>
          </p>
        ))}
        {calls.slice(0, 3).map((call) => (
          <div className="small mt-3" key={call.id}>
            <p className="flex flex-wrap items-baseline gap-x-3">
              <Badge shape="refused">Refused</Badge>
              <code className="code">{call.code}</code>
              <span className="quiet ml-auto">
                <Ago at={call.at} />
              </span>
            </p>
            <p className="soft mt-1">
              {call.whatHappened} {call.whatToDo}
            </p>
          </div>
        ))}
      </div>
    </section>
  );
}
