import { FileText, KeyRound } from 'lucide-react';
import { Link } from '@/components/ui/link';

export type RenewalWay = 'csr' | 'same-key';

const WAYS = [
  {
    way: 'csr',
    Icon: FileText,
    title: 'A new key',
    note: 'Recommended: make one and upload its signing request',
  },
  { way: 'same-key', Icon: KeyRound, title: 'The same key', note: 'Only the certificate changes' },
] as const satisfies readonly { way: RenewalWay; [more: string]: unknown }[];

export function renewalWayOf({ way }: Record<string, string | string[] | undefined>): RenewalWay {
  return way === 'same-key' ? 'same-key' : 'csr';
}

/** Two doors to the renewal, each a link. */
export function RenewalWays({ way, id }: { way: RenewalWay; id: string }) {
  return (
    <nav aria-label="Ways to renew">
      <ul className="ways two">
        {WAYS.map(({ way: one, Icon, title, note }) => (
          <li key={one}>
            <Link
              className="way"
              href={`/certificates/${id}/renew${one === 'csr' ? '' : `?way=${one}`}`}
              scroll={false}
              replace
              aria-current={one === way ? 'page' : undefined}
            >
              <Icon className="icon" aria-hidden="true" />
              <b>{title}</b>
              <small>{note}</small>
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
