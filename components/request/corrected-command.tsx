'use client';

import { useState } from 'react';
import { CopyButton } from '@/components/ui/copy';
import { counted } from '@/components/words';
import { correctedInput } from '@/lib/pki/corrected-command';
import { FORBIDDEN_CHARACTERS } from '@/lib/pki/profile';
import { CommandText } from './command-text';
import type { CsrFactsView } from './facts';
import { ToolTabs } from './tool-tabs';
import { COMMANDS, type Tool } from './wanted';

/** The whole command with every correction in it; what differs from the request is marked. */
export function CorrectedCommand({
  command,
  fixes,
  facts,
  legalName,
}: {
  /** The openssl command, as the findings have it. */
  command: string;
  fixes: number;
  facts: CsrFactsView | null;
  legalName: string;
}) {
  const [tool, setTool] = useState<Tool>('openssl');
  const shown = tool === 'openssl' ? command : commandBy(tool, facts, legalName);
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
          <CopyButton value={shown} what="command" look="button" />
        </span>
      </header>
      <div className="tool-line needs-scripts">
        <ToolTabs tool={tool} onChange={setTool} sent={{ name: 'corrected-tool' }} />
      </div>
      <CommandText command={shown} known={knownValues(facts)} />
      <footer>
        Run it, then put the new request above. It repairs {counted(fixes, 'finding')} and leaves
        the rest as you had it.
        {tool === 'step' ? ' Our tests do not run this one.' : ''}
      </footer>
    </section>
  );
}

const NOTHING = { subject: [], commonName: null, dnsNames: [], key: { label: '' } };

function commandBy(tool: Tool, facts: CsrFactsView | null, legalName: string): string {
  const limits = { legalName, forbiddenCharacters: FORBIDDEN_CHARACTERS };
  return COMMANDS[tool](correctedInput(facts ?? NOTHING, limits));
}

function knownValues(facts: CsrFactsView | null): Set<string> {
  if (!facts) return new Set();
  return new Set([...facts.subject.map(({ value }) => value), ...facts.dnsNames]);
}
