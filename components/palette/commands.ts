/** What the palette offers: every page, every act and every certificate that this person can reach. */
import { renewalPath, replacementPath } from '@/components/overview/verdict';
import { PLACES, type Place } from '@/components/shell/places';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { CertificateView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';

export type Command = {
  /** Unique among the commands of one reply. */
  id: string;
  group: 'Go to' | 'Do' | 'Certificates' | 'Switch account';
  name: string;
  detail?: string;
  /** Other words by which people look for it. */
  keywords?: string[];
  /** Shown only once something is typed: there is one per certificate. */
  onlyFound?: true;
} & (
  | { does: 'open'; href: string }
  | { does: 'download'; href: string }
  | { does: 'sign-out' }
  | { does: 'switch-account'; accountId: string }
);

export type CommandFacts = {
  places: Place[];
  account: { id: string } | null;
  memberships: { accountId: string; name: string; through?: string | null }[];
  may: { issue: boolean; revoke: boolean; enforce: boolean };
  /** Where that counts; absent: everywhere. */
  actsIn?: Environment;
  certificates: CertificateView[];
};

const PLACE_KEYWORDS: Partial<Record<Place, string[]>> = {
  overview: ['home', 'slots', 'expiry'],
  connect: ['install', 'snippet', 'curl', 'code', 'host', 'url'],
  activity: ['log', 'audit', 'refused', 'calls', 'history'],
  enforcement: ['mandatory', 'require', 'mtls', 'observe', 'rehearsal', 'readiness'],
  members: ['people', 'invite', 'role', 'permission', 'owner', 'admin', 'access'],
  firewall: ['ip', 'address', 'allow', 'egress', 'ingress', 'cidr'],
  changes: ['change log', 'release notes', 'version', 'rest', 'feed'],
};

export function commandsOf(facts: CommandFacts): Command[] {
  const { places, account, memberships } = facts;
  const pages = places.map((place): Command => {
    const { name, href } = PLACES[place];
    const keywords = PLACE_KEYWORDS[place];
    return {
      id: `go-${place}`,
      group: 'Go to',
      name,
      does: 'open',
      href,
      ...(keywords ? { keywords } : {}),
    };
  });
  const others = memberships.filter((one) => one.accountId !== account?.id);
  return [
    ...pages,
    {
      id: 'go-errors',
      group: 'Go to',
      name: 'Error codes',
      keywords: ['problem', 'documentation', 'help'],
      does: 'open',
      href: '/errors',
    },
    {
      id: 'go-permissions',
      group: 'Go to',
      name: 'Permissions',
      keywords: ['role', 'rights', 'who may', 'matrix', 'owner', 'admin', 'viewer', 'support'],
      does: 'open',
      href: '/permissions',
    },
    {
      id: 'go-pki',
      group: 'Go to',
      name: 'Certificate authorities',
      keywords: [
        'pki',
        'ca',
        'root',
        'issuer',
        'bundle',
        'trust',
        'chain',
        'crl',
        'ocsp',
        'profile',
      ],
      does: 'open',
      href: '/pki',
    },
    ...(account ? acts(facts) : []),
    { id: 'sign-out', group: 'Do', name: 'Sign out', keywords: ['log out'], does: 'sign-out' },
    ...facts.certificates.flatMap((certificate) => certificateCommands(certificate, facts)),
    ...others.map(
      ({ accountId, name, through }): Command => ({
        id: `switch-${accountId}`,
        group: 'Switch account',
        name,
        ...(through ? { detail: `through ${through}` } : {}),
        does: 'switch-account',
        accountId,
      }),
    ),
  ];
}

function acts({ may }: CommandFacts): Command[] {
  const all: (Command & { allowed: boolean })[] = [
    {
      id: 'issue',
      group: 'Do',
      name: 'Issue certificate',
      keywords: ['new', 'csr', 'upload', 'signing request', 'create', 'renew'],
      does: 'open',
      href: '/certificates/new',
      allowed: may.issue,
    },
    {
      id: 'enforce',
      group: 'Do',
      name: 'Change enforcement',
      keywords: ['turn on', 'turn off', 'mandatory', 'observe', 'trial', 'confirm', 'schedule'],
      does: 'open',
      href: '/enforcement',
      allowed: may.enforce,
    },
  ];
  return all.filter((one) => one.allowed).map(({ allowed: _, ...command }) => command);
}

function certificateCommands(
  certificate: CertificateView,
  { may: everywhere, actsIn }: CommandFacts,
): Command[] {
  const { id, label, commonName, environment, serialHex } = certificate;
  const live = certificate.status === 'live';
  const here = actsIn === undefined || actsIn === environment;
  const may = { issue: everywhere.issue && here, revoke: everywhere.revoke && here };
  const about = {
    detail: `${ENVIRONMENT_WORDS[environment]}, ${certificate.status}`,
    keywords: [commonName, serialHex],
  };
  const act = (verb: string, href: string, does: 'open' | 'download' = 'open'): Command => ({
    id: `${verb}-${id}`,
    group: 'Certificates',
    name: `${verb} ${label}`,
    ...about,
    onlyFound: true,
    does,
    href,
  });
  const renewal =
    certificate.status === 'revoked'
      ? act('Replace', replacementPath(certificate))
      : act('Renew', renewalPath(certificate));
  return [
    {
      id: `open-${id}`,
      group: 'Certificates',
      name: label,
      ...about,
      does: 'open',
      href: `/certificates/${id}`,
    },
    act('Download', `/certificates/${id}/download?format=fullchain`, 'download'),
    ...(may.issue ? [renewal] : []),
    ...(may.revoke && live ? [act('Revoke', `/certificates/${id}/revoke`)] : []),
  ];
}

/**
 * The commands that what was typed means, best first: every word typed stands somewhere in the name, the detail or the
 * keywords. Nothing typed: all but those there is one of per certificate.
 */
export function foundBy(commands: readonly Command[], typed: string): Command[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return commands.filter((one) => !one.onlyFound);
  const scored = commands.flatMap((command) => {
    const scores = words.map((word) => scoreOf(command, word));
    if (scores.includes(0)) return [];
    return { command, score: scores.reduce((sum, score) => sum + score, 0) };
  });
  return scored.toSorted((a, b) => b.score - a.score).map((one) => one.command);
}

/** The groups of these commands, the one that holds the best of them first. */
export function groupsOf(commands: readonly Command[]): Command['group'][] {
  return [...new Set(commands.map((one) => one.group))];
}

function scoreOf({ name, detail = '', keywords = [] }: Command, word: string): number {
  const title = name.toLowerCase();
  if (title.startsWith(word)) return 4;
  if (title.includes(` ${word}`)) return 3;
  if (title.includes(word)) return 2;
  return [detail, ...keywords].some((text) => text.toLowerCase().includes(word)) ? 1 : 0;
}
