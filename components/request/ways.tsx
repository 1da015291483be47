import { FileText, KeyRound, SquareTerminal } from 'lucide-react';
import { Link } from '@/components/ui/link';
import { WAYS, type Way } from './wanted';

const WORDS = {
  upload: { Icon: FileText, title: 'I have a CSR', note: 'Paste it or drop the file' },
  command: {
    Icon: SquareTerminal,
    title: 'Write me the command',
    note: 'openssl, keytool or step',
  },
  browser: {
    Icon: KeyRound,
    title: 'Make the key here',
    note: 'In this browser; it never leaves the tab',
  },
} as const;

/** Three doors to one certificate. Each is a link: the way is in the URL, with what is chosen so far. */
export function Ways({ way, query }: { way: Way; query: Record<string, string> }) {
  return (
    <nav aria-label="Ways to get a certificate">
      <ul className="ways">
        {WAYS.map((one) => {
          const { Icon, title, note } = WORDS[one];
          const search = new URLSearchParams({ way: one, ...query });
          return (
            <li key={one}>
              <Link
                className="way"
                href={`/certificates/new?${search}`}
                scroll={false}
                replace
                aria-current={one === way ? 'page' : undefined}
              >
                <Icon className="icon" aria-hidden="true" />
                <b>{title}</b>
                <small>{note}</small>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
