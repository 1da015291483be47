/** What is typed for a request: in the URL, in the fields, and as the subject it becomes. */

import { PLACEHOLDER_NAME } from '@/lib/pki/corrected-command';
import { type CommandKey, isCommandKey, opensslCommand } from '@/lib/pki/csr-command';
import type { RequestedSubject } from '@/lib/pki/new-request';
import { keytoolCommand, stepCommand } from '@/lib/pki/other-commands';

export const WAYS = ['upload', 'command', 'browser'] as const;
export type Way = (typeof WAYS)[number];

export const TOOLS = ['openssl', 'keytool', 'step'] as const;
export type Tool = (typeof TOOLS)[number];

export type Wanted = {
  commonName: string;
  /** As typed: names with white space, commas or line ends between them. */
  names: string;
  country: string;
  state: string;
  locality: string;
  key: CommandKey;
  passphrase: 'asked' | 'none';
  tool: Tool;
};

export type Query = Record<string, string | string[] | undefined>;

export function wayOf(query: Query): Way {
  return WAYS.find((way) => way === query.way) ?? 'upload';
}

// A name has at most 253 characters, and a hundred of them are taken.
const MAX_TYPED = 30_000;
const MAX_VALUE = 300;

/**
 * Control characters go: in a command that somebody else's link filled in, they could end a line of the terminal it is
 * pasted into.
 */
function plain(value: string | string[] | undefined, most: number): string {
  return typeof value === 'string'
    ? value.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ').slice(0, most)
    : '';
}

export function wantedOf(query: Query): Wanted {
  const value = (name: string) => plain(query[name], MAX_VALUE).trim();
  const key = value('key');
  return {
    commonName: value('cn'),
    names: plain(query.names, MAX_TYPED).trim(),
    country: value('country'),
    state: value('state'),
    locality: value('locality'),
    key: isCommandKey(key) ? key : 'EC P-256',
    passphrase: query.passphrase === 'none' ? 'none' : 'asked',
    tool: TOOLS.find((tool) => tool === query.tool) ?? 'openssl',
  };
}

/** The query that `wantedOf` reads again; what is not typed is left out. */
export function queryOf(wanted: Wanted): Record<string, string> {
  const { commonName: cn, names, country, state, locality, key, passphrase, tool } = wanted;
  const all = { cn, names, country, state, locality, key, passphrase, tool };
  const usual = { key: 'EC P-256', passphrase: 'asked', tool: 'openssl' };
  const unusual = Object.entries({ ...all }).filter(
    ([name, value]) =>
      value !== '' && value !== Object.entries(usual).find(([one]) => one === name)?.[1],
  );
  return Object.fromEntries(unusual);
}

// X.520's upper bound (RFC 5280, A.1): openssl refuses longer ones.
const MAX_ORGANIZATION = 64;

export function subjectOf(wanted: Wanted, legalName: string): RequestedSubject {
  return {
    commonName: wanted.commonName.trim(),
    organization: [...legalName].length <= MAX_ORGANIZATION ? legalName : null,
    country: wanted.country.trim() || null,
    state: wanted.state.trim() || null,
    locality: wanted.locality.trim() || null,
    dnsNames: [...new Set(wanted.names.split(/[\s,;]+/).filter((name) => name !== ''))],
  };
}

export const COMMANDS = { openssl: opensslCommand, keytool: keytoolCommand, step: stepCommand };

/** The command that makes what is typed, with a placeholder for a name that is not typed yet. */
export function commandOf(wanted: Wanted, legalName: string): string {
  const subject = subjectOf(wanted, legalName);
  return COMMANDS[wanted.tool]({
    ...subject,
    commonName: subject.commonName || PLACEHOLDER_NAME,
    key: wanted.key,
    passphrase: wanted.passphrase,
  });
}
