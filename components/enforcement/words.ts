/** What the enforcement page, the banner and the overview say of modes, trials and evidence. */
import { counted, listed } from '@/components/words';
import type { EnforcementView, ReadinessView } from '@/lib/contract/views';
import type { EnforcementMode } from '@/lib/kernel/environments';

export type Standing = EnforcementMode | 'trial';
export type ClientReadiness = ReadinessView['apiClients'][number];

export function standingOf({ mode, trial }: Pick<EnforcementView, 'mode' | 'trial'>): Standing {
  return trial ? 'trial' : mode;
}

export const STANDING_WORDS: Record<Standing, string> = {
  off: 'Not enforced',
  observe: 'Observed',
  trial: 'Enforced on trial',
  enforce: 'Enforced',
};

/** How it stands, and whether support has suspended what is enforced. */
export function standingText(view: Pick<EnforcementView, 'mode' | 'trial' | 'suspension'>): string {
  const standing = STANDING_WORDS[standingOf(view)];
  return view.suspension && view.mode === 'enforce' ? `${standing}, suspended` : standing;
}

/** What a trial goes back to, after "goes back to". */
export const BACK_TO: Record<EnforcementMode, string> = {
  off: 'off',
  observe: 'observe',
  enforce: 'enforce',
};

export const TRIAL_CHOICES = [
  { minutes: 5, name: '5 minutes', before: '5-minute' },
  { minutes: 15, name: '15 minutes', before: '15-minute' },
  { minutes: 60, name: '1 hour', before: '1-hour' },
  { minutes: 240, name: '4 hours', before: '4-hour' },
] as const;
export const USUAL_TRIAL_MINUTES = 15;

/** "15-minute", before the word trial. */
export function trialLength(minutes: number): string {
  return TRIAL_CHOICES.find((one) => one.minutes === minutes)?.before ?? `${minutes}-minute`;
}

/** "98.5 %", rounded down, so that 100 % means all of them; null where there was no call. */
export function shareText({ ready, wouldBeRefused }: ReadinessView['calls']): string | null {
  const percent = sharePercent({ ready, wouldBeRefused });
  if (percent === null) return null;
  return `${Number.isInteger(percent) ? percent : percent.toFixed(1)} %`;
}

/** From 0 to 100 with one decimal, rounded down. */
export function sharePercent({ ready, wouldBeRefused }: ReadinessView['calls']): number | null {
  const all = ready + wouldBeRefused;
  return all === 0 ? null : Math.floor((ready / all) * 1000) / 10;
}

export function callsText(calls: number): string {
  return `${calls.toLocaleString('en')} ${calls === 1 ? 'call' : 'calls'}`;
}

export type Forecast = {
  /** "If you enforced now, " goes before. */
  who: string;
  tone: 'refused' | 'live' | 'ink';
  names: string;
  consequence: string;
};

/** What enforcing at this moment would do, judged by real calls. */
export function forecastOf(readiness: ReadinessView): Forecast {
  const { apiClients, calls } = readiness;
  const refused = apiClients.filter((one) => one.wouldBeRefused);
  const silent = apiClients.filter((one) => one.connects === 'none');
  const doubtful = doubtfulWords(readiness);
  const all = counted(apiClients.length, 'API client');
  if (apiClients.length === 0) {
    return {
      ...{ who: 'no API client would be refused', tone: 'ink', names: ': there is none yet' },
      consequence: 'Your provider adds them. Enforcement also holds for those added later.',
    };
  }
  if (refused.length > 0) {
    const share = shareOfRefused(calls);
    return {
      who: `${refused.length} of ${all} would be refused`,
      tone: 'refused',
      names: `: ${refused.map((one) => one.name).join(', ')}`,
      consequence: `${refused.length === 1 ? 'It' : 'They'} would get 403 mtls_required on the standard host, within a second. That is ${callsText(calls.wouldBeRefused)} in 7 days${share}.${doubtful}`,
    };
  }
  if (silent.length === apiClients.length) {
    return {
      ...{ who: 'nothing tells who would be refused', tone: 'ink' },
      names: `: no call in 7 days was surely of your ${all}`,
      consequence: `Observing refuses nothing and shows how each of them connects once it calls. Look again when your programs have run.${doubtful}`,
    };
  }
  const known = new Set(doubtfulClients(readiness));
  const unseen = silent.filter((one) => !known.has(one.name));
  const nothing =
    unseen.length > 0 ? ` Nothing is known of ${listed(unseen.map((one) => one.name))}.` : '';
  return {
    who: whoPasses(apiClients.length - silent.length, silent.length),
    tone: 'live',
    names: '',
    consequence: `${silent.length === 0 ? 'Each of them calls' : 'Those that call do so on'} the mTLS host with a live certificate.${nothing}${doubtful}`,
  };
}

function whoPasses(calling: number, silent: number): string {
  if (silent === 0) return 'no API client would be refused';
  if (calling === 1) return 'the one API client that calls would pass';
  return `none of the ${calling} API clients that call would be refused`;
}

/** Known by their names alone: calls that may be the account's, and that nothing vouches for. */
function doubtfulClients({ apiClients, unproved }: ReadinessView): string[] {
  const silent = new Set(
    apiClients.filter((one) => one.connects === 'none').map((one) => one.name),
  );
  return unproved.apiClients.filter((one) => silent.has(one.name)).map((one) => one.name);
}

function doubtfulWords(readiness: ReadinessView): string {
  const names = doubtfulClients(readiness);
  if (names.length === 0) return '';
  return ` Calls without a certificate name ${listed(names)}, and nothing shows whose they are: if they are yours, they would be refused too.`;
}

function shareOfRefused({ ready, wouldBeRefused }: ReadinessView['calls']): string {
  const percent = (wouldBeRefused / (ready + wouldBeRefused)) * 100;
  if (!(percent > 0)) return '';
  return percent < 0.1 ? ', less than 0.1 %' : `, ${Math.ceil(percent * 10) / 10} %`;
}

export const CONNECTS_WORDS: Record<ClientReadiness['connects'], string> = {
  mtls: 'mTLS only',
  both: 'both',
  standard: 'standard only',
  none: 'no calls',
};

/** Those who would be refused first, then by how much they call. */
export function evidenceOrder(clients: readonly ClientReadiness[]): ClientReadiness[] {
  const rank = (one: ClientReadiness) => (one.wouldBeRefused ? 0 : one.connects === 'both' ? 1 : 2);
  return clients
    .filter((one) => one.connects !== 'none')
    .toSorted(
      (a, b) =>
        rank(a) - rank(b) ||
        b.mtlsCalls + b.standardCalls - (a.mtlsCalls + a.standardCalls) ||
        a.name.localeCompare(b.name),
    );
}

/** "203.0.113.0/24 and 2 more". */
export function firstOf(names: readonly string[]): string {
  const [first = '', ...others] = names;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

/** What to change in a program that would be refused. */
export function fixOf(
  client: ClientReadiness,
  hosts: { standard: string; mtls: string },
): { title: string; text: string; language: 'curl' | 'node-undici' } {
  const isNode = client.userAgents.some((one) => /^(node|undici)\b/i.test(one));
  const hint = isNode
    ? " In Node's fetch, agent is ignored: use https, or undici's Agent({connect})."
    : '';
  const language = isNode ? 'node-undici' : 'curl';
  if (client.connects === 'both') {
    return {
      title: 'still calls the standard host with some',
      text: `${callsText(client.standardCalls)} of ${(client.mtlsCalls + client.standardCalls).toLocaleString('en')} went to ${hosts.standard}, from ${firstOf(client.networks)}. Look there for a second machine or job, and have it call ${hosts.mtls}.${hint} Calls from before count here for 7 days.`,
      language,
    };
  }
  return {
    title: 'calls the standard host',
    text: `All its calls go to ${hosts.standard}. Call ${hosts.mtls} with your certificate.${hint}`,
    language,
  };
}

/** Minutes and seconds left, "11:42"; with hours from one hour on. */
export function clockText(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const two = (value: number) => String(value).padStart(2, '0');
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}
