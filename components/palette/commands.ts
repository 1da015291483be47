/** What the palette offers: every page, every act and every certificate that this person can reach. */
import { renewalPath } from '@/components/overview/verdict';
import { PLACES, type Place } from '@/components/shell/places';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { CertificateView } from '@/lib/contract/views';

export const COMMAND_GROUPS = ['Go to', 'Do', 'Certificates', 'Switch account'] as const;

export type Command = {
  /** Unique among the commands of one reply. */
  id: string;
  group: (typeof COMMAND_GROUPS)[number];
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
  memberships: { accountId: string; name: string }[];
  may: { issue: boolean; revoke: boolean; enforce: boolean };
  certificates: CertificateView[];
};

const PLACE_KEYWORDS: Partial<Record<Place, string[]>> = {
  overview: ['home', 'slots', 'expiry'],
  connect: ['install', 'snippet', 'curl', 'code', 'host', 'url'],
  activity: ['log', 'audit', 'refused', 'calls', 'history'],
  enforcement: ['mandatory', 'require', 'mtls'],
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
    ...(account ? acts(facts) : []),
    { id: 'sign-out', group: 'Do', name: 'Sign out', keywords: ['log out'], does: 'sign-out' },
    ...facts.certificates.flatMap((certificate) => certificateCommands(certificate, facts)),
    ...others.map(
      ({ accountId, name }): Command => ({
        id: `switch-${accountId}`,
        group: 'Switch account',
        name,
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
      keywords: ['turn on', 'turn off', 'mandatory'],
      does: 'open',
      href: '/enforcement',
      allowed: may.enforce,
    },
  ];
  return all.filter((one) => one.allowed).map(({ allowed: _, ...command }) => command);
}

function certificateCommands(certificate: CertificateView, { may }: CommandFacts): Command[] {
  const { id, label, commonName, environment, serialHex } = certificate;
  const live = certificate.status === 'live';
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
    ...(may.issue ? [act(live ? 'Renew' : 'Replace', renewalPath(certificate))] : []),
    ...(may.revoke && live ? [act('Revoke', `/certificates/${id}/revoke`)] : []),
  ];
}
