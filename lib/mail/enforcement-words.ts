/** What mails say of enforcement: off, observed, on trial, for good, and put off. */
import type { NoticeData } from './notices';

type EnforcementNotice = Extract<NoticeData, { kind: `enforcement-${string}` }>;

const ACT = { text: 'Open enforcement', path: '/enforcement' };

export function enforcementMessage(data: EnforcementNotice) {
  return { ...said(data), facts: [] as [string, string][], act: ACT };
}

function said(data: EnforcementNotice): { subject: string; says: string[] } {
  const { environment } = data;
  switch (data.kind) {
    case 'enforcement-changed': {
      const on = data.mode === 'enforce';
      return {
        subject: `mTLS is ${on ? 'enforced' : 'no longer enforced'} in ${environment}`,
        says: [
          `${data.by} ${on ? 'turned on' : 'turned off'} enforcement of mTLS in ${environment}.`,
          on
            ? 'Calls without a certificate of your account are refused since then.'
            : 'Calls without a certificate pass again.',
        ],
      };
    }
    case 'enforcement-trial':
      return {
        subject: `mTLS is enforced in ${environment} on trial, until ${instant(data.endsAt)}`,
        says: [
          `${data.by} started a trial of enforcing mTLS in ${environment}. Calls without a certificate of your account are refused until ${instant(data.endsAt)}.`,
          `It then goes back to ${data.before} by itself, unless one of you confirms it. If something of yours stops working, go back at once.`,
        ],
      };
    case 'enforcement-reverted':
      return {
        subject: `The trial of enforcing mTLS in ${environment} ended`,
        says: [
          `Nobody confirmed the trial of enforcing mTLS in ${environment}, so it went back to ${data.to} by itself.`,
          'Calls without a certificate pass again.',
        ],
      };
    case 'enforcement-scheduled':
      return {
        subject: `${data.isReminder ? 'Reminder: ' : ''}mTLS will be enforced in ${environment} from ${instant(data.at)}`,
        says: [
          `${data.by} asked for mTLS to be enforced in ${environment} from ${instant(data.at)}, on trial for ${data.trialMinutes} minutes.`,
          'Calls without a certificate of your account are refused from then on. Somebody has to confirm the trial, or it goes back by itself. Until then it can be cancelled.',
        ],
      };
    case 'enforcement-not-started':
      return {
        subject: `mTLS was not enforced in ${environment} as asked`,
        says: [
          `Enforcement of mTLS in ${environment} was to start at ${instant(data.at)}, and did not.`,
          data.why,
        ],
      };
  }
}

function instant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
