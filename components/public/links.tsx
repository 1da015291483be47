import { Link } from '@/components/ui/link';

const PAGES = [
  { name: 'API reference', href: '/reference' },
  { name: 'Certificate authorities', href: '/pki' },
  { name: 'Error codes', href: '/errors' },
] as const;

const DOCUMENTS = [
  { name: 'Firewall addresses', href: '/firewall.txt' },
  { name: 'OpenAPI', href: '/api/v1/openapi.json' },
  { name: 'API changes', href: '/changes.atom' },
] as const;

/** What is read without a session. */
export function PublicLinks() {
  return (
    <nav className="public-links" aria-label="For anybody">
      {PAGES.map(({ name, href }) => (
        <Link key={href} href={href}>
          {name}
        </Link>
      ))}
      {DOCUMENTS.map(({ name, href }) => (
        <a key={href} href={href}>
          {name}
        </a>
      ))}
    </nav>
  );
}
