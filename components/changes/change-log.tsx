import { Day } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { MarkedText } from '@/components/ui/marked-text';
import type { Shape } from '@/components/ui/shapes';
import { actWords } from '@/lib/contract/change-feed';
import type { ChangeEntry } from '@/lib/contract/change-log';
import { OPERATIONS } from '@/lib/contract/operations';

const KINDS: Record<ChangeEntry['kind'], { words: string; shape: Shape }> = {
  added: { words: 'Added', shape: 'notice' },
  changed: { words: 'Changed', shape: 'notice' },
  deprecated: { words: 'Deprecated', shape: 'expiring' },
  removed: { words: 'Removed', shape: 'refused' },
};

/** Day by day, the newest first; each entry has an address of its own. */
export function ChangeLog({ entries }: { entries: readonly ChangeEntry[] }) {
  const days = [...byDay(entries)];
  return days.map(([date, ofDay]) => (
    <section className="changelog" key={date} aria-label={date}>
      <h2 className="h2">
        <Day at={`${date}T00:00:00.000Z`} />
      </h2>
      <div className="sheet">
        {ofDay.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </div>
    </section>
  ));
}

function Entry({ entry }: { entry: ChangeEntry }) {
  const { words, shape } = KINDS[entry.kind];
  return (
    <article className="sheet-row" id={entry.id}>
      <div className="entry-head">
        <h3 className="h3">
          <a href={`#${entry.id}`}>{entry.title}</a>
        </h3>
        <Badge shape={shape}>{words}</Badge>
      </div>
      <p className="small soft">
        <MarkedText text={entry.text} /> {entry.act ? <b>{actWords(entry)}</b> : actWords(entry)}
      </p>
      {entry.operations.length > 0 ? (
        <ul className="operations">
          {entry.operations.map((id) => (
            <li key={id}>
              <code>{OPERATIONS[id].method}</code>
              <code>{OPERATIONS[id].path}</code>
              <span className="quiet">{OPERATIONS[id].summary}</span>
            </li>
          ))}
        </ul>
      ) : null}
    </article>
  );
}

function byDay(entries: readonly ChangeEntry[]): Map<string, ChangeEntry[]> {
  const days = new Map<string, ChangeEntry[]>();
  for (const entry of entries) days.set(entry.date, [...(days.get(entry.date) ?? []), entry]);
  return days;
}
