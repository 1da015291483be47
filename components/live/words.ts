/** What an edge decided, said to the person whose program it was. */
import { counted, ENVIRONMENT_WORDS, listed } from '@/components/words';
import type { DecisionView, Listening } from '@/lib/contract/live';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import type { RefusalCode } from '@/lib/kernel/refusals';
import { DAY_MS } from '@/lib/kernel/time';

/** `first`: nothing was seen before; `new`: it came while this page was open. */
export type Arrival = 'first' | 'new' | 'earlier';

export function headlineOf(decision: DecisionView, arrival: Arrival): string {
  const { refusal, calls, listener } = decision;
  if (refusal) {
    if (calls > 1) return `${callsOf(calls)} were refused.`;
    return {
      first: 'Your first call was refused.',
      new: 'Your call was refused.',
      earlier: 'Your last call was refused.',
    }[arrival];
  }
  const without = listener === 'standard' ? ' without a certificate' : '';
  if (calls > 1) return `${callsOf(calls)} passed${without}.`;
  return {
    first: `Your first call arrived and passed${without}.`,
    new: `Your call passed${without}.`,
    earlier: `Your last call passed${without}.`,
  }[arrival];
}

/** "1 call", "1,204 calls". */
export function callsOf(calls: number): string {
  return `${calls.toLocaleString('en')} ${calls === 1 ? 'call' : 'calls'}`;
}

/** What follows from it under enforcement; null for a refusal, which has its own words. */
export function consequenceOf(decision: DecisionView): string | null {
  if (decision.refusal) return null;
  const environment = ENVIRONMENT_WORDS[decision.environment].toLowerCase();
  const [it, passes, is] = decision.calls > 1 ? ['They', 'pass', 'are'] : ['It', 'passes', 'is'];
  return decision.listener === 'mtls'
    ? `${it} also ${passes} when mTLS is enforced in ${environment}.`
    : `${it} ${is} refused once mTLS is enforced in ${environment}. Call the mTLS host with your certificate.`;
}

export function connectionOf({ tlsVersion, httpVersion, listener }: DecisionView): string {
  const parts = [
    tlsVersion === null ? null : tlsVersion.replace(/^TLSv/, 'TLS '),
    httpVersion === null ? null : `HTTP/${httpVersion}`,
    listener === 'mtls' ? 'mTLS host' : 'standard host',
  ];
  return parts.filter((part) => part !== null).join(', ');
}

export function daysLeftOf(notAfter: string, now: Date): string {
  const days = Math.floor((new Date(notAfter).getTime() - now.getTime()) / DAY_MS);
  if (days < 0) return 'expired';
  return `${counted(days, 'day')} left`;
}

/** Up to three edges by name, more by number. */
export function listeningWords({ edges }: Listening): string {
  if (edges.length === 0) return 'No edge is connected';
  return `Listening to ${edges.length > 3 ? counted(edges.length, 'edge') : listed(edges)}`;
}

type Act = { words: string; href: string };

/** Where the fix of a refusal is made. */
export function actOf({ refusal, environment, certificate }: DecisionView): Act | null {
  if (refusal === null) return null;
  return actFor({ code: refusal.code, environment, certificateId: certificate?.id ?? null });
}

export function actFor(refused: {
  code: RefusalCode;
  environment: Environment;
  certificateId: string | null;
}): Act {
  const { code, environment, certificateId } = refused;
  const acts: Partial<Record<RefusalCode, Act>> = {
    certificate_expired: { words: 'Issue a certificate', href: newCertificate(environment) },
    not_a_client_certificate: { words: 'Issue a certificate', href: newCertificate(environment) },
    certificate_revoked: { words: 'See live certificates', href: liveOnes(environment) },
    unknown_certificate: { words: 'Compare with your certificates', href: liveOnes(environment) },
    wrong_account: { words: 'See your API clients', href: '/api-clients' },
    api_client_required: { words: 'See your API clients', href: '/api-clients' },
    unknown_api_client: { words: 'See your API clients', href: '/api-clients' },
    mtls_required: { words: 'See enforcement', href: '/enforcement' },
    wrong_environment: {
      words: `Show the hosts of ${otherThan(environment)}`,
      href: `/connect?environment=${otherThan(environment)}`,
    },
    ...(certificateId
      ? {
          certificate_not_yet_valid: {
            words: 'See its dates',
            href: `/certificates/${certificateId}`,
          },
        }
      : {}),
  };
  return acts[code] ?? { words: 'About this code', href: `/errors#${code}` };
}

function newCertificate(environment: Environment): string {
  return `/certificates/new?environment=${environment}`;
}

function liveOnes(environment: Environment): string {
  return `/certificates?environment=${environment}&status=live`;
}

function otherThan(environment: Environment): Environment {
  return ENVIRONMENTS.find((one) => one !== environment) ?? environment;
}
