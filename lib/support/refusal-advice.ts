/** What each reason of refusal means for one account, and what to write to it: the shared words, with its own facts. */
import type { CaseCertificate } from '@/lib/contract/support';
import { REFUSALS, type RefusalCode } from '@/lib/kernel/refusals';
import { MINUTE_MS } from '@/lib/kernel/time';
import type { ConnectionFacts, RefusedKind } from './diagnosis';
import { dayOf, minuteOf, shortHex } from './words';

export type Advice = { headline: string; reply: string; asks: string[] };

/** A certificate refused as not yet valid this soon after it was issued: a clock is wrong, not the certificate. */
export const CLOCK_SUSPECTED_MS = 60 * MINUTE_MS;

export function adviceOn(kind: RefusedKind, facts: ConnectionFacts): Advice {
  const of: Of = {
    kind,
    facts,
    certificate: facts.certificates.find((one) => one.id === kind.certificateId) ?? null,
    machine: machineOf(kind),
    at: kind.addresses[0] ?? 'your machine',
  };
  const advise = ADVICE[kind.code];
  const { headline, specific = '', asks = [], after = '' } = advise ? advise(of) : {};
  const { whatHappened, whatToDo, title } = REFUSALS[kind.code];
  const parts = [whatHappened, specific, whatToDo, after].filter((part) => part !== '');
  return { headline: headline ?? `${title}.`, reply: parts.join(' '), asks };
}

/** Whether what was refused as not yet valid points to a clock. */
export function clockSuspected(
  kind: RefusedKind,
  certificate: Pick<CaseCertificate, 'createdAt'> | null,
): boolean {
  if (kind.code !== 'certificate_not_yet_valid' || certificate === null) return false;
  const since = new Date(kind.lastAt).getTime() - new Date(certificate.createdAt).getTime();
  return since < CLOCK_SUSPECTED_MS;
}

type Of = {
  kind: RefusedKind;
  facts: ConnectionFacts;
  certificate: CaseCertificate | null;
  /** "One machine", "3 machines": by address. */
  machine: { who: string; presents: string };
  at: string;
};
type Said = { headline?: string; specific?: string; after?: string; asks?: string[] };

const ADVICE: Partial<Record<RefusalCode, (of: Of) => Said>> = {
  certificate_required: ({ kind, machine }) => ({
    headline: `${machine.who} ${machine.presents === 'presents' ? 'connects' : 'connect'} to the mTLS host without a certificate.`,
    ...programHint(kind),
    asks: ['Which program makes the call, and how is it told of certificate and key?'],
  }),
  unknown_certificate: ({ kind, facts, machine }) => ({
    headline: `${machine.who} ${machine.presents} a certificate that was not issued here.`,
    specific: `${kind.fingerprint ? `We saw the SHA-256 fingerprint ${shortHex(kind.fingerprint.toUpperCase())}. ` : ''}${liveText(facts, kind)}`,
    asks: [
      'Which file is installed? Paste it above: it may be the one of another provider or a self-signed one.',
    ],
  }),
  certificate_expired: ({ certificate, machine, kind, facts }) => ({
    headline: `${machine.who} still ${machine.presents} ${nameOf(certificate)}, which expired${certificate ? ` on ${dayOf(certificate.notAfter)}` : ''}.`,
    specific: certificate
      ? `${certificate.label} was valid to ${dayOf(certificate.notAfter)}.`
      : '',
    after: `${installText(certificate, facts, kind)} ${RESTART}`.trim(),
  }),
  certificate_not_yet_valid: ({ kind, certificate }) => {
    const suspected = clockSuspected(kind, certificate);
    return {
      headline: suspected
        ? 'A certificate was refused as not yet valid right after it was issued: a clock is wrong.'
        : `${nameOf(certificate)} is not valid yet.`,
      specific: certificate
        ? `${certificate.label} is valid from ${minuteOf(certificate.notBefore)}; the call came at ${minuteOf(kind.lastAt)} by our clock.`
        : '',
      asks: suspected
        ? ['What time is it on the machine, in UTC? Compare the clock of the edge as well.']
        : [],
    };
  },
  certificate_revoked: ({ kind, certificate, machine, facts, at }) => ({
    headline: `${machine.who} still ${machine.presents} ${nameOf(certificate)}, which was revoked${certificate?.revokedAt ? ` on ${dayOf(certificate.revokedAt)}` : ''}.`,
    specific: certificate?.revokedAt
      ? `${certificate.label} was revoked on ${dayOf(certificate.revokedAt)}${certificate.revokedBy ? ` by ${certificate.revokedBy}` : ''}; ${at} still presents it.`
      : '',
    after: `${installText(certificate, facts, kind)} ${RESTART}`.trim(),
  }),
  not_a_client_certificate: () => ({
    headline: 'They present a certificate that is not for clients.',
    asks: ['Did they install the certificate of a server, or of the CA, by mistake?'],
  }),
  wrong_environment: ({ kind, certificate, facts }) => {
    const host = facts.environments.find((one) => one.environment === certificate?.environment);
    return {
      headline: certificate
        ? `They call ${kind.environment} with ${certificate.label}, a certificate of ${certificate.environment}.`
        : `They call ${kind.environment} with a certificate of the other environment.`,
      specific: certificate
        ? `${certificate.label} is a certificate of ${certificate.environment}, and was used in ${kind.environment}.`
        : '',
      after: host?.mtlsHost ? `The host of ${host.environment} is ${host.mtlsHost}.` : '',
    };
  },
  wrong_account: ({ kind, certificate }) => ({
    headline: kind.apiClientOf
      ? `They call with their certificate and an API client of ${kind.apiClientOf}.`
      : 'Certificate and API client belong to different accounts.',
    // Another account's API client is not named to this one.
    specific: certificate
      ? `The certificate is ${certificate.label}; the API client is not of your account.`
      : '',
    asks: ['Do they work for both accounts? Then each needs its own certificate and API client.'],
  }),
  api_client_required: () => ({
    headline: 'The certificate is fine, but the calls name no API client.',
  }),
  unknown_api_client: ({ kind, facts }) => ({
    headline: `The calls name an API client that ${kind.environment} does not know.`,
    specific: clientsText(facts, kind),
  }),
  conflicting_identity: () => ({ headline: 'One call names two API clients.' }),
  mtls_required: ({ kind, facts }) => {
    const host = facts.environments.find((one) => one.environment === kind.environment)?.mtlsHost;
    return {
      headline: `${kind.apiClientName ?? 'A program'} still calls the standard host, and mTLS is enforced in ${kind.environment}.`,
      after: host ? `The mTLS host of ${kind.environment} is ${host}.` : '',
      asks: [
        'Can the program be changed now? If not, an admin of the account can go back to observe.',
      ],
    };
  },
  account_suspended: () => ({ headline: 'The account is suspended.' }),
  host_mismatch: ({ kind }) => ({
    headline: 'They connect to one host and ask for another.',
    specific: kind.sni ? `The connection was made to ${kind.sni}.` : '',
  }),
  edge_not_ready: () => ({
    headline: 'This is ours: an edge has no current information to decide by.',
  }),
  upstream_unavailable: () => ({
    headline: 'This is ours: the API behind the edge could not be reached.',
  }),
  upstream_timeout: () => ({ headline: 'This is ours: the API behind the edge took too long.' }),
};

const RESTART = 'Then restart the program, so that it reads the new file.';

function machineOf({ addresses }: RefusedKind): Of['machine'] {
  return addresses.length > 1
    ? { who: `${addresses.length} machines`, presents: 'present' }
    : { who: 'One machine', presents: 'presents' };
}

function nameOf(certificate: CaseCertificate | null): string {
  return certificate ? certificate.label : 'a certificate';
}

function installText(
  certificate: CaseCertificate | null,
  facts: ConnectionFacts,
  kind: RefusedKind,
): string {
  const live = liveOf(facts, kind);
  const next = live.find((one) => one.id === certificate?.replacedBy?.id) ?? live[0];
  if (!next) return `There is no live certificate in ${kind.environment}: issue one in the portal.`;
  return `You have ${next.label}, serial ${shortHex(next.serialHex)}, valid to ${dayOf(next.notAfter)}.`;
}

function liveText(facts: ConnectionFacts, kind: RefusedKind): string {
  const live = liveOf(facts, kind).slice(0, 5);
  if (live.length === 0) return `You have no live certificate in ${kind.environment}.`;
  const all = live.map((one) => `${one.label} ${shortHex(one.sha256Fingerprint)}`);
  return `Yours in ${kind.environment}: ${all.join(', ')}.`;
}

function liveOf(
  { certificates }: ConnectionFacts,
  { environment }: RefusedKind,
): CaseCertificate[] {
  return certificates.filter((one) => one.status === 'live' && one.environment === environment);
}

function clientsText({ apiClients }: ConnectionFacts, { environment }: RefusedKind): string {
  const known = apiClients.filter((one) => one.environment === environment && !one.disabled);
  if (known.length === 0) return `Your account has no API client in ${environment}.`;
  return `In ${environment} your account has ${known
    .slice(0, 8)
    .map((one) => one.name)
    .join(', ')}.`;
}

function programHint({ userAgents }: RefusedKind): Said {
  const agent = userAgents.find((one) => one !== '');
  return agent ? { specific: `The program says it is ${agent}.` } : {};
}
