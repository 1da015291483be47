/** The overview's first line: is anything about to break, and what to do about it. */
import { daysText, lifeOf, successorOf } from '@/components/certificates/life';
import { type Standing, standingOf } from '@/components/enforcement/words';
import { ENVIRONMENT_WORDS, listed } from '@/components/words';
import type { CertificateView, EnforcementView, OverviewView } from '@/lib/contract/views';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';

export type Tone = 'ink' | 'quiet' | 'expiring' | 'refused';

export type Verdict = {
  sentences: { text: string; tone: Tone }[];
  consequence: string;
  act: { text: string; href: string } | null;
};

export function verdictOf(overview: OverviewView): Verdict {
  const now = new Date(overview.now);
  const live = liveCertificates(overview);
  const enforced = overview.account.enforcement.filter(
    (one) => one.mode === 'enforce' && one.suspension === null,
  );
  const cut = enforced.find((one) => live.every((cert) => cert.environment !== one.environment));
  const next = live.toSorted((a, b) => a.notAfter.localeCompare(b.notAfter)).at(0);
  const sentences = [enforcementSentence(overview.account.enforcement), slotSentence(overview)];
  if (next) sentences.push(expirySentence(next, live, now));
  const full = overview.slots.every((slot) => slot.kind !== 'free');
  if (cut)
    return {
      ...cutOff(cut.environment),
      sentences: [cutSentence(cut.environment), ...sentences.slice(1)],
    };
  if (!next) return { sentences, ...firstSteps(overview) };
  const breaking = live
    .filter((one) => lifeOf(one, now).state === 'expiring' && !successorOf(one, live))
    .toSorted((a, b) => a.notAfter.localeCompare(b.notAfter));
  if (breaking.length > 0) {
    return { sentences, ...expiring(breaking, now, full ? 'none' : 'some') };
  }
  if (lifeOf(next, now).state === 'expiring') {
    return { sentences, ...replaced(next, successorOf(next, live)) };
  }
  const tried = overview.account.enforcement.find((one) => one.trial !== null);
  if (tried?.trial) return { sentences, ...onTrial(tried.environment, tried.trial.endsAt) };
  return {
    sentences,
    consequence: 'Nothing is about to expire, and nothing needs you now.',
    act: full ? null : { text: 'Issue certificate', href: '/certificates/new' },
  };
}

export function liveCertificates(overview: OverviewView): CertificateView[] {
  return overview.slots.flatMap((slot) => (slot.kind === 'live' ? slot.certificate : []));
}

/** Where a certificate gets another beside it, of the same label and environment. */
export function renewalPath({ id }: Pick<CertificateView, 'id'>): string {
  return `/certificates/${id}/renew`;
}

/** Where a revoked certificate is replaced: the form for a new one, filled with what stays the same. */
export function replacementPath(
  certificate: Pick<CertificateView, 'environment' | 'label'>,
): string {
  const query = new URLSearchParams({
    environment: certificate.environment,
    label: certificate.label,
  });
  return `/certificates/new?${query}`;
}

const IS: Record<Standing, string> = {
  off: 'not enforced',
  observe: 'observed, not enforced',
  trial: 'enforced on trial',
  enforce: 'enforced',
};

/** Production always; what else is enforced beside it. */
function enforcementSentence(all: EnforcementView[]): Verdict['sentences'][number] {
  const suspended = all.find(
    (one) => one.environment === 'production' && one.mode === 'enforce' && one.suspension !== null,
  );
  if (suspended?.suspension) {
    const until = `${suspended.suspension.until.slice(11, 16)} UTC`;
    return { text: `Enforcement in Production is suspended until ${until}.`, tone: 'expiring' };
  }
  const standing = (environment: Environment) => {
    const found = all.find((one) => one.environment === environment);
    return found ? standingOf(found) : 'off';
  };
  const production = standing('production');
  const alike = ENVIRONMENTS.filter((one) => standing(one) === production);
  if (production === 'enforce' && alike.length > 1) {
    return {
      text: `${listed(alike.map((one) => ENVIRONMENT_WORDS[one]))} are enforced.`,
      tone: 'ink',
    };
  }
  const others = ENVIRONMENTS.filter(
    (one) => one !== 'production' && ['trial', 'enforce'].includes(standing(one)),
  ).map((one) => `${ENVIRONMENT_WORDS[one]} is ${IS[standing(one)]}.`);
  const own =
    production === 'off' && others.length > 0
      ? 'Production is not.'
      : `Production is ${IS[production]}.`;
  const stricter = production === 'off' || production === 'observe';
  const sentences = stricter ? [...others, own] : [own, ...others];
  return { text: sentences.join(' '), tone: 'ink' };
}

function slotSentence({ account }: OverviewView): Verdict['sentences'][number] {
  const { liveCount, liveLimit } = account;
  return { text: `${liveCount} of ${liveLimit} slots used.`, tone: 'quiet' };
}

function expirySentence(
  next: CertificateView,
  live: CertificateView[],
  now: Date,
): Verdict['sentences'][number] {
  const life = lifeOf(next, now);
  const breaks = life.state === 'expiring' && !successorOf(next, live);
  return {
    text: `Next expiry in ${daysText(life.daysLeft)}.`,
    tone: breaks ? 'expiring' : 'quiet',
  };
}

function cutSentence(environment: Environment): Verdict['sentences'][number] {
  return {
    text: `${ENVIRONMENT_WORDS[environment]} is enforced without a live certificate.`,
    tone: 'refused',
  };
}

function cutOff(environment: Environment): Omit<Verdict, 'sentences'> {
  return {
    consequence: `Every call to ${environment} is refused now. Issue a certificate, or turn off enforcement until you have one.`,
    act: { text: 'Issue certificate', href: `/certificates/new?environment=${environment}` },
  };
}

function firstSteps(overview: OverviewView): Omit<Verdict, 'sentences'> {
  return {
    consequence:
      overview.issuedCount === 0
        ? 'Calls pass without a certificate today. Issue one, install it, make a call, then enforce.'
        : 'No certificate is live. Calls pass without one today, and enforcing needs one.',
    act: { text: 'Issue certificate', href: '/certificates/new' },
  };
}

function onTrial(environment: Environment, endsAt: string): Omit<Verdict, 'sentences'> {
  return {
    consequence: `Calls to ${environment} without your certificate are refused. At ${endsAt.slice(11, 16)} UTC that ends by itself, unless you confirm it.`,
    act: { text: 'See the trial', href: `/enforcement?environment=${environment}` },
  };
}

/** What expires has a successor: installing that is what is left to do. */
function replaced(
  next: CertificateView,
  successor: CertificateView | null,
): Omit<Verdict, 'sentences'> {
  return {
    consequence: successor?.lastSeenAt
      ? `Calls come with the replacement of ${next.label}. Its page says when it is safe to revoke the old one.`
      : `${next.label} has a replacement. Once calls come with that one, revoke the old one to free its slot.`,
    act: { text: `Open ${next.label}`, href: `/certificates/${next.id}` },
  };
}

/** @param ending what ends within a month with nothing after it, the first first; at least one */
function expiring(
  ending: readonly CertificateView[],
  now: Date,
  room: 'some' | 'none',
): Omit<Verdict, 'sentences'> {
  const [next, ...others] = ending;
  const last = ending.at(-1);
  if (!next || !last) return { consequence: '', act: null };
  const days = daysText(lifeOf(next, now).daysLeft);
  const consequence =
    others.length === 0
      ? `${next.label} expires in ${days}. Calls with it will then be refused.`
      : `${listed(ending.map(({ label }) => label))} expire within ${daysText(lifeOf(last, now).daysLeft)}, the first in ${days}. Calls with each will then be refused.`;
  if (room === 'none') {
    return {
      consequence: `${consequence} All slots are used: revoke a certificate you no longer need to make room for the new one.`,
      act: { text: 'Show certificates', href: '/certificates?status=live' },
    };
  }
  return {
    consequence: `${consequence} Renew ${others.length === 0 ? 'it' : 'them'}.`,
    act: { text: `Renew ${next.label}`, href: renewalPath(next) },
  };
}
