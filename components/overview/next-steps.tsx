import { Check } from 'lucide-react';
import { daysText, lifeOf, successorOf } from '@/components/certificates/life';
import { standingOf } from '@/components/enforcement/words';
import { Link } from '@/components/ui/link';
import { listed } from '@/components/words';
import type { CertificateView, OverviewView } from '@/lib/contract/views';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
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

function requestStep(overview: OverviewView, may: { issue: boolean }): Step {
  const accepted =
    overview.issuedCount > 0 || overview.slots.some((slot) => slot.kind === 'pending');
  if (accepted) return { text: 'Signing request accepted', state: 'done' };
  return {
    text: 'Make a key and a signing request (CSR)',
    note: 'One command, or a few clicks in this browser. The key stays with you.',
    state: 'open',
    ...(may.issue ? { link: { text: 'Show the ways', href: '/certificates/new' } } : {}),
  };
}

function certificateStep(live: CertificateView[], may: { issue: boolean }): Step {
  const places = ENVIRONMENTS.filter((one) => live.some((held) => held.environment === one));
  if (places.length > 0) {
    return { text: `Certificate live in ${listed(places)}`, state: 'done' };
  }
  return {
    text: 'Issue a certificate',
    state: 'open',
    ...(may.issue ? { link: { text: 'Issue certificate', href: '/certificates/new' } } : {}),
  };
}

function callStep(live: CertificateView[]): Step {
  const seen = live.filter((one) => one.lastSeenAt);
  if (seen.length > 0) {
    return {
      text: `Call seen with ${listed([...new Set(seen.map((one) => one.label))])}`,
      state: 'done',
    };
  }
  return {
    text: 'Make a call with it',
    state: 'open',
    link: { text: 'Show the command', href: '/connect' },
  };
}

function stepsOf(overview: OverviewView, may: { issue: boolean }): Step[] {
  const now = new Date(overview.now);
  const live = liveCertificates(overview);
  const steps: Step[] = [requestStep(overview, may), certificateStep(live, may), callStep(live)];
  for (const certificate of live) {
    const { state, daysLeft } = lifeOf(certificate, now);
    const renewed = live.some((one) => one.replacesId === certificate.id);
    if (state !== 'expiring' && !renewed) continue;
    const meta = state === 'expiring' ? { meta: `${daysText(daysLeft)} left` } : {};
    steps.push({ ...renewalStep(certificate, live, may), state: 'now', ...meta });
  }
  return [...steps, ...rehearsalSteps(overview)];
}

function rehearsalSteps(overview: OverviewView): Step[] {
  const production = overview.account.enforcement.find((one) => one.environment === 'production');
  const standing = production ? standingOf(production) : 'off';
  if (standing === 'enforce') return [{ text: 'Production is enforced', state: 'done' }];
  const enforce: Step =
    standing === 'trial'
      ? {
          text: 'Confirm enforcement of production',
          note: 'It is on trial, and goes back by itself unless you confirm it.',
          state: 'now',
          link: { text: 'See the trial', href: '/enforcement' },
        }
      : {
          text: 'Enforce production',
          note: 'From then on, calls without your certificate are refused.',
          state: 'open',
          link: { text: 'See who is affected', href: '/enforcement' },
        };
  const wasObserved = standing === 'observe' || production?.trial?.before === 'observe';
  return wasObserved ? [{ text: 'Production is observed', state: 'done' }, enforce] : [enforce];
}

function replacementNote(old: CertificateView, { lastSeenAt }: CertificateView): string {
  const seen = lastSeenAt ? 'Calls come with it.' : 'No call has come with it yet.';
  if (old.revokeWhenIdleDays !== null) {
    return `${seen} The old one is revoked by itself once it has been idle for ${daysText(old.revokeWhenIdleDays)}.`;
  }
  return lastSeenAt ? `${seen} Revoke the old one to free its slot.` : seen;
}

function renewalStep(
  certificate: CertificateView,
  live: CertificateView[],
  may: { issue: boolean },
): Pick<Step, 'text' | 'note' | 'link'> {
  const successor = successorOf(certificate, live);
  if (successor) {
    return {
      text: successor.lastSeenAt
        ? `Move ${certificate.label} to its replacement`
        : `Install the replacement of ${certificate.label}`,
      note: replacementNote(certificate, successor),
      link: { text: 'Open replacement', href: `/certificates/${successor.id}` },
    };
  }
  return {
    text: `Renew ${certificate.label}`,
    note: 'The new one takes a slot of its own and works beside the old one until you revoke that.',
    ...(may.issue ? { link: { text: 'Renew certificate', href: renewalPath(certificate) } } : {}),
  };
}
