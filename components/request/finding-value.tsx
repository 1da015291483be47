import type { Finding } from '@/lib/kernel/findings';

const MARKS = { error: 'error', warning: 'warning', notice: 'notice-mark' } as const;

/** The value found, its offending characters marked, what cannot be seen named. */
export function FindingValue({ finding }: { finding: Finding }) {
  const { value, mark, field, severity } = finding;
  if (value === null) return null;
  const { start, end } = mark ?? { start: 0, end: 0 };
  const position = mark ? positionText(value, mark) : '';
  return (
    <div className="value">
      <span className="k">{field}</span>
      <bdi>
        {visible(value.slice(0, start))}
        {end > start ? (
          <mark className={MARKS[severity]}>{visible(value.slice(start, end))}</mark>
        ) : null}
        {visible(value.slice(end))}
      </bdi>
      {position ? <span className="at">{position}</span> : null}
    </div>
  );
}

/** Control, formatting and bidirectional characters as their code points: a reader has to see what is wrong. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => `[${codePoint(character)}]`);
}

/** "character 18, U+0026", "characters 2 to 5"; nothing when all of the value is meant. */
export function positionText(value: string, mark: { start: number; end: number }): string {
  if (mark.end <= mark.start || (mark.start === 0 && mark.end >= value.length)) return '';
  const marked = value.slice(mark.start, mark.end);
  const first = [...value.slice(0, mark.start)].length + 1;
  const count = [...marked].length;
  if (count === 1) return `character ${first}, ${codePoint(marked)}`;
  return `characters ${first} to ${first + count - 1}`;
}

function codePoint(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
