/** What mails to one person say: of their sign-in, and of what somebody asks of them. */
import { type Place, renderedMail, type Words } from './words';

/** A path begins with `/` and may carry a secret; times are ISO 8601 in UTC. */
export type PersonalMail =
  | {
      kind: 'invitation';
      accountName: string;
      by: string;
      /** In words: "Admin". */
      role: string;
      path: string;
      expiresAt: string;
    }
  | { kind: 'password-reset'; path: string; minutes: number }
  | { kind: 'password-changed'; how: 'changed' | 'reset' }
  | { kind: 'email-change'; path: string; minutes: number; from: string }
  | { kind: 'email-changed'; to: string }
  | { kind: 'second-factor-changed'; what: string }
  | { kind: 'new-sign-in'; device: string; address: string; at: string };

/** @param given.reader the name of who gets it; null: unknown */
export function personalWords(
  data: PersonalMail,
  given: { place: Place; reader: string | null },
): Words {
  const { message, why } = said(data, given.place.providerName);
  return renderedMail(message, { ...given, why });
}

/** Whether the mail gives whoever reads it a right, so that it is kept sealed. */
export function holdsSecret(data: PersonalMail): boolean {
  return 'path' in data;
}

const SESSIONS = { text: 'Look at your sign-ins', path: '/profile' };

function said(data: PersonalMail, provider: string) {
  const why = `You get this because this address signs in to the certificate portal of ${provider}.`;
  const facts: [string, string][] = [];
  switch (data.kind) {
    case 'invitation':
      return {
        message: {
          subject: `Join ${data.accountName} at ${provider}`,
          says: [
            `${data.by} invites you to manage certificates of ${data.accountName} with the role ${data.role}.`,
            `The link works once, until ${instant(data.expiresAt)}. If you expect no invitation, do nothing.`,
          ],
          facts,
          act: { text: 'Accept the invitation', path: data.path },
        },
        why: `You get this because ${data.by} wrote this address in the certificate portal of ${provider}.`,
      };
    case 'password-reset':
      return {
        message: {
          subject: 'Set a new password',
          says: [
            'Somebody asked for a new password for this address.',
            `The link works once, for ${data.minutes} minutes, and ends every session. If it was not you, do nothing: your password stays.`,
          ],
          facts,
          act: { text: 'Set a new password', path: data.path },
        },
        why,
      };
    case 'password-changed':
      return {
        message: {
          subject: 'Your password was changed',
          says: [
            data.how === 'reset'
              ? 'Your password was set anew with a link from a mail. Every session was ended.'
              : 'Your password was changed. Every other session was ended.',
            'If it was not you, set a new one now and tell your provider.',
          ],
          facts,
          act: { text: 'Set a new password', path: '/forgotten' },
        },
        why,
      };
    case 'email-change':
      return {
        message: {
          subject: 'Confirm this address',
          says: [
            `The person who signs in as ${data.from} wants to sign in with this address from now on.`,
            `The link works once, for ${data.minutes} minutes. If it was not you, do nothing.`,
          ],
          facts,
          act: { text: 'Confirm this address', path: data.path },
        },
        why: `You get this because somebody wrote this address in the certificate portal of ${provider}.`,
      };
    case 'email-changed':
      return {
        message: {
          subject: 'You sign in with another address now',
          says: [
            `Your address was changed to ${data.to}. This one signs in no more.`,
            'If it was not you, tell your provider at once.',
          ],
          facts,
          act: { text: 'Open the portal', path: '/sign-in' },
        },
        why: `You get this because this address signed in to the certificate portal of ${provider}.`,
      };
    case 'second-factor-changed':
      return {
        message: {
          subject: 'Your ways to sign in were changed',
          says: [data.what, 'If it was not you, change your password and end all sessions now.'],
          facts,
          act: SESSIONS,
        },
        why,
      };
    case 'new-sign-in':
      return {
        message: {
          subject: 'New sign-in to your account',
          says: [
            'Somebody signed in as you from a device that had not been used before.',
            'If it was not you, end that session and change your password.',
          ],
          facts: [
            ['Device', data.device],
            ['Address', data.address],
            ['Time', instant(data.at)],
          ] as [string, string][],
          act: SESSIONS,
        },
        why,
      };
  }
}

function instant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
