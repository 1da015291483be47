import { CopyButton } from './copy';

/** Something to copy, whole. Commands wrap on a phone; files scroll. */
export function CodeBlock({
  name,
  what,
  text,
  form = 'command',
  acts,
  footer,
}: {
  /** What it is: "curl". */
  name: string;
  /** Completes "Copy ...". */
  what: string;
  text: string;
  form?: 'command' | 'file';
  acts?: React.ReactNode;
  footer?: React.ReactNode;
}) {
  return (
    <div className="codeblock">
      <header>
        <b>{name}</b>
        <span className="end">
          {acts}
          <CopyButton value={text} what={what} look="button" />
        </span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard. */}
      <pre className={form === 'command' ? 'command' : ''} tabIndex={0}>
        {text}
      </pre>
      {footer ? <footer>{footer}</footer> : null}
    </div>
  );
}
