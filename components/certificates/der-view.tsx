import { visible } from '@/components/request/finding-value';
import { derOf } from '@/lib/pki/pem';
import { derLines } from './der-lines';

const INDENT_PX = 10;

/** Offset, value and length of everything in the certificate. */
export function DerView({ pem, children }: { pem: string; children: React.ReactNode }) {
  const der = derOf(pem);
  return (
    <section className="codeblock" aria-label="DER view">
      <header>
        <span>
          <b>DER view</b>
          <span className="opt"> · {der.length} bytes</span>
        </span>
        <span className="end">{children}</span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard. */}
      <ol className="der" tabIndex={0}>
        {derLines(der).map((line) => (
          <li key={line.offset}>
            <span className="o">{line.offset}</span>
            <span className="t" title={visible(line.text)}>
              <svg width={line.depth * INDENT_PX} height="1" aria-hidden="true" />
              {line.type} <b>{visible(line.text)}</b>
            </span>
            <span className="l">{line.contentLength}</span>
          </li>
        ))}
      </ol>
      <footer>Offset, type and value, and length of the content.</footer>
    </section>
  );
}
