import { Link } from '@/components/ui/link';

export type Choice = { name: string; href: string; picked: boolean };

/** One filter: links that carry the state in the URL. */
export function Chips({ label, choices }: { label: string; choices: Choice[] }) {
  return (
    <nav className="chips" aria-label={label}>
      {choices.map(({ name, href, picked }) => (
        <Link
          key={href}
          href={href}
          className="chip"
          aria-current={picked ? 'true' : undefined}
          scroll={false}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}

export function Tabs({ label, choices }: { label: string; choices: Choice[] }) {
  return (
    <nav className="tabs" aria-label={label}>
      {choices.map(({ name, href, picked }) => (
        <Link key={href} href={href} aria-current={picked ? 'page' : undefined} scroll={false}>
          {name}
        </Link>
      ))}
    </nav>
  );
}

export function Segments({ label, choices }: { label: string; choices: Choice[] }) {
  return (
    <nav className="segments" aria-label={label}>
      {choices.map(({ name, href, picked }) => (
        <Link key={href} href={href} aria-current={picked ? 'true' : undefined} scroll={false}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
