import { standingText } from '@/components/enforcement/words';
import { Env } from '@/components/ui/env';
import { Link } from '@/components/ui/link';
import { counted } from '@/components/words';
import type { EnforcementView, OverviewView } from '@/lib/contract/views';
import { liveCertificates } from './verdict';

/** Per environment: what is enforced, and with what one could connect. */
export function Environments({ overview }: { overview: OverviewView }) {
  return (
    <section>
      <div className="bar-head">
        <h2 className="h2">Environments</h2>
        <Link className="link small end" href="/enforcement">
          Enforcement
        </Link>
      </div>
      <div className="sheet">
        {overview.account.enforcement.map((enforcement) => (
          <Row key={enforcement.environment} enforcement={enforcement} overview={overview} />
        ))}
      </div>
    </section>
  );
}

function Row({ enforcement, overview }: { enforcement: EnforcementView; overview: OverviewView }) {
  const { environment } = enforcement;
  const live = liveCertificates(overview);
  return (
    <div className="env-row">
      <span className="top">
        <Env environment={environment} size="text" />
        <b className="font-medium">{standingText(enforcement)}</b>
      </span>
      <span className="quiet">
        {counted(live.filter((one) => one.environment === environment).length, 'live certificate')},{' '}
        {counted(
          overview.apiClients.filter((one) => one.environment === environment && !one.disabledAt)
            .length,
          'API client',
        )}
      </span>
    </div>
  );
}
