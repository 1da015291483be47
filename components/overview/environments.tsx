import { Env } from '@/components/ui/env';
import { Link } from '@/components/ui/link';
import { counted } from '@/components/words';
import type { OverviewView } from '@/lib/contract/views';
import { liveCertificates } from './verdict';

/** Per environment: what is enforced, and with what one could connect. */
export function Environments({ overview }: { overview: OverviewView }) {
  const live = liveCertificates(overview);
  return (
    <section>
      <div className="bar-head">
        <h2 className="h2">Environments</h2>
        <Link className="link small end" href="/enforcement">
          Enforcement
        </Link>
      </div>
      <div className="sheet">
        {overview.account.enforcement.map(({ environment, mode }) => (
          <div className="env-row" key={environment}>
            <span className="top">
              <Env environment={environment} size="text" />
              <b className="font-medium">{mode === 'enforce' ? 'Enforced' : 'Not enforced'}</b>
            </span>
            <span className="quiet">
              {counted(
                live.filter((one) => one.environment === environment).length,
                'live certificate',
              )}
              ,{' '}
              {counted(
                overview.apiClients.filter(
                  (one) => one.environment === environment && !one.disabledAt,
                ).length,
                'API client',
              )}
            </span>
          </div>
        ))}
      </div>
    </section>
  );
}
