'use client';

import { usePathname } from 'next/navigation';
import { Link } from '@/components/ui/link';
import { PLACES, type Place } from './places';

export function NavLinks({
  places,
  counts,
}: {
  places: Place[];
  counts: Partial<Record<Place, string>>;
}) {
  const path = usePathname();
  // Of a place and one within it, the inner one is where somebody is.
  const [nearest] = places
    .map((place) => PLACES[place].href)
    .filter((href) => path === href || (href !== '/' && path.startsWith(`${href}/`)))
    .sort((one, other) => other.length - one.length);
  return places.map((place) => {
    const { name, href, icon: Icon } = PLACES[place];
    const here = href === nearest;
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
