import { Check } from 'lucide-react';
import { daysText, lifeOf } from '@/components/certificates/life';
import { Link } from '@/components/ui/link';
import type { OverviewView } from '@/lib/contract/views';
import { liveCertificates, renewalPath } from './verdict';

type Step = {
  text: string;
  note?: string;
  state: 'done' | 'now' | 'open';
  link?: { text: string; href: string };
  meta?: string;
};

/** The way to an enforced production, ticked from what is so; no one ticks it by hand. */
export function NextSteps({ overview, may }: { overview: OverviewView; may: { issue: boolean } }) {
  return (
    <section>
      <div className="bar-head">
        <h2 className="h2">Next</h2>
        <p className="small quiet">Ticks itself from what the edge sees</p>
      </div>
      <ol className="sheet steps">
        {stepsOf(overview, may).map((step) => (
          <li key={step.text} className={step.state === 'done' ? 'done' : ''}>
            <span className={`tick ${{ done: 'on', now: 'now', open: '' }[step.state]}`}>
              {step.state === 'done' ? <Check className="icon" aria-hidden="true" /> : null}
              <span className="sr-only">{step.state === 'done' ? 'Done: ' : 'To do: '}</span>
            </span>
            <p>
              {step.text}
              {step.note ? <small>{step.note}</small> : null}
            </p>
            <span className="meta">
              {step.meta ? <span className="is-expiring block">{step.meta}</span> : null}
              {step.link ? (
                <Link className="link" href={step.link.href}>
                  {step.link.text}
                </Link>
              ) : null}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function stepsOf(overview: OverviewView, may: { issue: boolean }): Step[] {
  const now = new Date(overview.now);
  const live = liveCertificates(overview);
  const enforced = overview.account.enforcement.some(
    (one) => one.environment === 'production' && one.mode === 'enforce',
  );
  const steps: Step[] = [
    {
      text: 'Issue a certificate',
      state: overview.issuedCount > 0 ? 'done' : 'open',
      ...(overview.issuedCount === 0 && may.issue
        ? { link: { text: 'Issue certificate', href: '/certificates/new' } }
        : {}),
    },
    {
      text: overview.firstCallSeen ? 'First call seen with a certificate' : 'Make a call with it',
      state: overview.firstCallSeen ? 'done' : 'open',
      ...(overview.firstCallSeen ? {} : { link: { text: 'Show the command', href: '/connect' } }),
    },
  ];
  for (const certificate of live) {
    const life = lifeOf(certificate, now);
    if (life.state !== 'expiring') continue;
    steps.push({
      text: `Renew ${certificate.label}`,
      note: 'The new one takes a slot of its own and works beside the old one until you revoke that.',
      state: 'now',
      meta: `${daysText(life.daysLeft)} left`,
      ...(may.issue ? { link: { text: 'Renew certificate', href: renewalPath(certificate) } } : {}),
    });
  }
  steps.push({
    text: enforced ? 'Production is enforced' : 'Enforce production',
    state: enforced ? 'done' : 'open',
    ...(enforced
      ? {}
      : {
          note: 'From then on, calls without your certificate are refused.',
          link: { text: 'See who is affected', href: '/enforcement' },
        }),
  });
  return steps;
}
