import { CopyButton } from '@/components/ui/copy';
import { counted } from '@/components/words';
import { CommandText } from './command-text';
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
      <CommandText command={command} known={knownValues(facts)} />
      <footer>
        Run it, then put the new request above. It repairs {counted(fixes, 'finding')} and leaves
        the rest as you had it.
      </footer>
    </section>
  );
}

function knownValues(facts: CsrFactsView | null): Set<string> {
  if (!facts) return new Set();
  return new Set([...facts.subject.map(({ value }) => value), ...facts.dnsNames]);
}
