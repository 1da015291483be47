import { CopyButton } from './copy';

/** One row of `dl.facts`: label, value, copy right beside the value. */
export function Fact({
  name,
  children,
  copy,
  note,
  form = 'plain',
}: {
  name: string;
  children: React.ReactNode;
  /** The whole value, when it can be copied. */
  copy?: string;
  note?: string;
  form?: 'plain' | 'mono' | 'hex';
}) {
  const className = { plain: undefined, mono: 'mono', hex: 'mono hex' }[form];
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <span className={className}>
          {children}
          {note ? <small>{note}</small> : null}
        </span>
        {copy ? <CopyButton value={copy} what={name.toLowerCase()} /> : null}
      </dd>
    </div>
  );
}

/** Upper-case hexadecimal in groups of eight, which is how people compare it. */
export function grouped(hex: string): string {
  return hex.match(/.{1,8}/g)?.join(' ') ?? hex;
}

/** The two ends of a long value; the whole of it belongs in a title. */
export function shortened(hex: string): string {
  return hex.length > 20 ? `${hex.slice(0, 8)}…${hex.slice(-8)}` : hex;
}
