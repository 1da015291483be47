import { LIFE_WORDS } from '@/components/certificates/life';
import { LifeBar } from '@/components/certificates/life-bar';
import { Badge } from '@/components/ui/badge';
import { Empty } from '@/components/ui/empty';
import { Env } from '@/components/ui/env';
import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';
import { Pips } from '@/components/ui/pips';
import { Section } from './section';

const LIVES = [
  { state: 'live', percentLeft: 62, daysLeft: 226 },
  { state: 'expiring', percentLeft: 3, daysLeft: 9 },
  { state: 'expired', percentLeft: 0, daysLeft: 0 },
] as const;

export function States() {
  return (
    <>
      <Section title="States" says="A shape and a word, in every colour">
        <div className="flex flex-wrap gap-x-6 gap-y-2">
          <Badge shape="live">Live</Badge>
          <Badge shape="expiring">Expiring</Badge>
          <Badge shape="expired">Expired</Badge>
          <Badge shape="revoked">Revoked</Badge>
          <Badge shape="refused">Refused</Badge>
          <Badge shape="warning">Warns</Badge>
          <Badge shape="notice">Note</Badge>
          <Badge shape="live" form="pill">
            Live
          </Badge>
          <Badge shape="expiring" form="pill">
            Expiring
          </Badge>
          <Env environment="production" size="text" />
          <Env environment="sandbox" size="text" />
        </div>
      </Section>
      <Section title="Meters" says="A picture before the number">
        <div className="flex flex-wrap items-center gap-6">
          {LIVES.map((life) => (
            <span key={life.state} className="w-48 tiny">
              <LifeBar life={life} />
              {LIFE_WORDS[life.state]}, {life.daysLeft} days
            </span>
          ))}
          <Pips held={3} fresh={1} limit={5} />
        </div>
      </Section>
      <Section title="Notices" says="The fact, the consequence, the act">
        <Notice title="The edge has the change">
          <p>Every call from now on is decided by it.</p>
        </Notice>
        <Notice tone="expiring" title="This certificate expires in 9 days">
          <p>Calls with it will then be refused. Renew it.</p>
        </Notice>
        <Notice tone="refused" title="Five certificates are live">
          <p>Nothing was issued. Revoke one you no longer need, then issue again.</p>
        </Notice>
      </Section>
      <Section title="Empty and loading" says="The size of what will stand there">
        <Empty
          title="No certificate matches"
          act={
            <Link className="btn" href="/certificates">
              Show all certificates
            </Link>
          }
        />
        <div className="grid gap-3" aria-hidden="true">
          <span className="skeleton" />
          <span className="skeleton" />
        </div>
      </Section>
    </>
  );
}
