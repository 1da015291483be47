'use client';

import {
  Activity,
  BadgeCheck,
  Bot,
  Building2,
  LayoutDashboard,
  type LucideIcon,
  Plug,
  Shield,
} from 'lucide-react';
import { usePathname } from 'next/navigation';
import { Link } from '@/components/ui/link';

export type Place =
  | 'overview'
  | 'certificates'
  | 'enforcement'
  | 'api-clients'
  | 'connect'
  | 'activity'
  | 'accounts';

const PLACES: Record<Place, { name: string; href: string; icon: LucideIcon }> = {
  overview: { name: 'Overview', href: '/', icon: LayoutDashboard },
  certificates: { name: 'Certificates', href: '/certificates', icon: BadgeCheck },
  enforcement: { name: 'Enforcement', href: '/enforcement', icon: Shield },
  'api-clients': { name: 'API clients', href: '/api-clients', icon: Bot },
  connect: { name: 'Connect', href: '/connect', icon: Plug },
  activity: { name: 'Activity', href: '/activity', icon: Activity },
  accounts: { name: 'Accounts', href: '/accounts', icon: Building2 },
};

export function NavLinks({
  places,
  counts,
}: {
  places: Place[];
  counts: Partial<Record<Place, string>>;
}) {
  const path = usePathname();
  return places.map((place) => {
    const { name, href, icon: Icon } = PLACES[place];
    const here = href === '/' ? path === '/' : path === href || path.startsWith(`${href}/`);
    const count = counts[place];
    return (
      <Link
        key={place}
        href={href}
        aria-current={here ? 'page' : undefined}
        onClick={(event) => closeMenu(event.currentTarget)}
      >
        <Icon className="icon" aria-hidden="true" />
        <span>{name}</span>
        {count ? <span className="count">{count}</span> : null}
      </Link>
    );
  });
}

/** On a phone the rail is a popover, which stays open while pages change below it. */
function closeMenu(link: HTMLElement): void {
  const menu = link.closest<HTMLElement>('[popover]');
  if (menu?.matches(':popover-open')) menu.hidePopover();
}
