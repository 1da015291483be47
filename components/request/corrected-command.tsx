import { CopyButton } from '@/components/ui/copy';
import { counted } from '@/components/words';
import type { CsrFactsView } from './facts';

/** The whole openssl command with every correction in it; what differs from the request is marked. */
export function CorrectedCommand({
  command,
  fixes,
  facts,
}: {
  command: string;
  fixes: number;
  facts: CsrFactsView | null;
}) {
  return (
    <section className="codeblock" aria-label="Corrected command">
      <header>
        <span>
          <b>Corrected command</b>
          <span className="opt">
            {' '}
            · {fixes === 1 ? 'the finding' : `all ${fixes} findings`} fixed
          </span>
        </span>
        <span className="end">
          <CopyButton value={command} what="command" look="button" />
        </span>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls has to be reachable by keyboard. */}
      <pre className="command" tabIndex={0}>
        {commandParts(command, knownValues(facts)).map(({ text, kind, at }) =>
          kind === 'fix' ? (
            <mark key={at} className="fix">
              {text}
            </mark>
          ) : (
            <span key={at} className={kind}>
              {text}
            </span>
          ),
        )}
      </pre>
      <footer>
        Run it, then put the new request above. It repairs {counted(fixes, 'finding')} and leaves
        the rest as you had it.
      </footer>
    </section>
  );
}

type Part = { text: string; kind: '' | 'f' | 'fix'; at: number };

/** Splits a command for show: the program, and the values that are not in the request. */
export function commandParts(command: string, known: ReadonlySet<string>): Part[] {
  const parts: Part[] = [];
  const add = (text: string, kind: Part['kind']) => {
    if (text !== '') parts.push({ text, kind, at: parts.length });
  };
  const pattern = /(^openssl \w+)|((?:\/[A-Z]+=|DNS:))((?:\\.|[^/,"'\n\\])+)/g;
  let done = 0;
  for (const match of command.matchAll(pattern)) {
    const [whole, program, name = '', value = ''] = match;
    add(command.slice(done, match.index), '');
    if (program) add(program, 'f');
    else {
      add(name, '');
      add(value, known.size === 0 || known.has(value) ? '' : 'fix');
    }
    done = match.index + whole.length;
  }
  add(command.slice(done), '');
  return parts;
}

function knownValues(facts: CsrFactsView | null): Set<string> {
  if (!facts) return new Set();
  return new Set([...facts.subject.map(({ value }) => value), ...facts.dnsNames]);
}
