import { Link } from '@/components/ui/link';
import { ACT_WORDS, type AccountActKind } from './words';

const WHO = { alone: 'at once', 'second person': 'two people', depends: 'one or two' };

/** What can be done, as links: the one picked is in the address. */
export function ActPicks({
  accountId,
  kinds,
  picked,
}: {
  accountId: string;
  kinds: AccountActKind[];
  picked: AccountActKind | null;
}) {
  return (
    <nav className="act-picks" aria-label="Acts">
      {kinds.map((kind) => (
        <Link
          key={kind}
          href={`/support/accounts/${accountId}/acts?act=${kind}`}
          aria-current={kind === picked ? 'true' : undefined}
          scroll={false}
        >
          <span>{ACT_WORDS[kind].name}</span>
          <small>{WHO[ACT_WORDS[kind].who]}</small>
        </Link>
      ))}
    </nav>
  );
}
