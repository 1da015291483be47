/** What became of a trial, told from what was known before and after its end. */
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { EnforcementNews, EnvironmentNews } from '@/lib/contract/enforcement-news';
import type { EnforcementMode, Environment } from '@/lib/kernel/environments';

export type Outcome = {
  /** The same for the same end, however often it is heard of. */
  id: string;
  environment: Environment;
  is: 'confirmed' | 'reverted' | 'taken-back';
  /** The fact. */
  says: string;
  /** The consequence. */
  follows: string;
};

/** Of every trial that ran before and runs no more. */
export function outcomesOf(before: EnforcementNews, after: EnforcementNews): Outcome[] {
  return after.items.flatMap((item) => {
    const known = before.items.find((one) => one.environment === item.environment);
    if (!known?.trial || item.trial) return [];
    if (item.mode === 'enforce') return [confirmed(item, after.at)];
    const { endsAt } = known.trial;
    return endsAt <= after.at
      ? [reverted(item, { at: endsAt, to: item.mode })]
      : [takenBack(item, after.at)];
  });
}

/** Of the trials that went back while nobody looked. */
export function wentBackWords(news: EnforcementNews): Outcome[] {
  return news.items.flatMap((item) => (item.wentBack ? [reverted(item, item.wentBack)] : []));
}

function confirmed({ environment }: EnvironmentNews, at: string): Outcome {
  return {
    ...{ id: `${environment} ${at}`, environment, is: 'confirmed' },
    says: `${ENVIRONMENT_WORDS[environment]} is enforced.`,
    follows: 'The trial was confirmed: calls without your certificate are refused from now on.',
  };
}

function reverted(
  { environment }: EnvironmentNews,
  { at, to }: { at: string; to: EnforcementMode },
): Outcome {
  return {
    ...{ id: `${environment} ${at}`, environment, is: 'reverted' },
    says: `The trial in ${environment} went back by itself at ${at.slice(11, 16)} UTC.`,
    follows: `Nobody confirmed it. ${nowIt(to)}`,
  };
}

function takenBack({ environment, mode }: EnvironmentNews, at: string): Outcome {
  return {
    ...{ id: `${environment} ${at}`, environment, is: 'taken-back' },
    says: `The trial in ${environment} was taken back.`,
    follows: nowIt(mode),
  };
}

function nowIt(mode: EnforcementMode): string {
  return mode === 'observe'
    ? 'It is observed: calls without a certificate pass and are counted.'
    : 'It is off: calls without a certificate pass.';
}
