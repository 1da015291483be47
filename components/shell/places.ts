import {
  Activity,
  BadgeCheck,
  Bot,
  BrickWall,
  Building2,
  ClipboardCheck,
  History,
  KeyRound,
  LayoutDashboard,
  LockKeyhole,
  type LucideIcon,
  Mail,
  Plug,
  Radar,
  Search,
  Shield,
  Users,
} from 'lucide-react';

export type Place =
  | 'overview'
  | 'certificates'
  | 'enforcement'
  | 'api-clients'
  | 'api-keys'
  | 'connect'
  | 'activity'
  | 'members'
  | 'security'
  | 'firewall'
  | 'changes'
  | 'outbox'
  | 'support'
  | 'approvals'
  | 'compromise'
  | 'fleet'
  | 'accounts';

/** Every page of the rail. The palette reaches the same ones. */
export const PLACES: Record<Place, { name: string; href: string; icon: LucideIcon }> = {
  overview: { name: 'Overview', href: '/', icon: LayoutDashboard },
  certificates: { name: 'Certificates', href: '/certificates', icon: BadgeCheck },
  enforcement: { name: 'Enforcement', href: '/enforcement', icon: Shield },
  'api-clients': { name: 'API clients', href: '/api-clients', icon: Bot },
  'api-keys': { name: 'API keys', href: '/api-keys', icon: KeyRound },
  connect: { name: 'Connect', href: '/connect', icon: Plug },
  activity: { name: 'Activity', href: '/activity', icon: Activity },
  members: { name: 'Members', href: '/members', icon: Users },
  security: { name: 'Security', href: '/security', icon: LockKeyhole },
  firewall: { name: 'Firewall', href: '/firewall', icon: BrickWall },
  changes: { name: 'API changes', href: '/changes', icon: History },
  outbox: { name: 'E-mails', href: '/outbox', icon: Mail },
  support: { name: 'Find', href: '/support', icon: Search },
  approvals: { name: 'Approvals', href: '/support/approvals', icon: ClipboardCheck },
  compromise: { name: 'Compromised key', href: '/support/compromise', icon: KeyRound },
  fleet: { name: 'Fleet', href: '/support/fleet', icon: Radar },
  accounts: { name: 'Accounts', href: '/accounts', icon: Building2 },
};

const ACCOUNT_PLACES: Place[] = [
  'overview',
  'certificates',
  'enforcement',
  'api-clients',
  'api-keys',
  'connect',
  'activity',
  'members',
  'security',
  'firewall',
  'changes',
];

export type Desk = 'none' | 'support' | 'operator';

const DESK_PLACES: Record<Desk, Place[]> = {
  none: [],
  support: ['support', 'approvals', 'compromise', 'fleet', 'accounts'],
  operator: ['fleet', 'accounts'],
};

/** The places of who is here, in the order of the rail. */
export function placesOf(facts: {
  account: unknown;
  /** The part of the provider's desk that is open to who is here. */
  desk: Desk;
  /** In the demo people see the mails that went to them. */
  mails: 'shown' | 'hidden';
}): Place[] {
  return [
    ...(facts.account ? ACCOUNT_PLACES : []),
    ...(facts.account && facts.mails === 'shown' ? ['outbox' as const] : []),
    ...DESK_PLACES[facts.desk],
  ];
}
