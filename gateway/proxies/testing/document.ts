/** The table in docs/edges.md, from what a run of the conformance suite saw. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Case } from '@/gateway/proxies/testing/cases';
import { PRODUCTS, type Product } from '@/gateway/proxies/testing/face';

export type Seen = ReadonlyMap<Case, ReadonlyMap<Product, string>>;

const PAGE = fileURLToPath(new URL('../../../docs/edges.md', import.meta.url));
const START =
  '<!-- conformance: written by RECORD_EDGES=1 vitest run gateway/proxies/conformance -->';
const END = '<!-- end of conformance -->';

/** What the page has between its marks. */
export function documented(): string {
  return split().table;
}

export function record(seen: Seen): void {
  const { before, after } = split();
  writeFileSync(PAGE, `${before}${START}\n${tableOf(seen)}\n${END}${after}`);
}

/** A row a case, a column a product, a note under the table for each cell that differs. */
export function tableOf(seen: Seen): string {
  const notes: string[] = [];
  const noteOf = (because: string): number => {
    if (!notes.includes(because)) notes.push(because);
    return notes.indexOf(because) + 1;
  };
  const rows = [...seen].map(([one, outcomes]) => {
    const cells = PRODUCTS.map((product) => {
      const differs = one.except?.[product];
      const outcome = outcomes.get(product) ?? 'not run';
      return differs === undefined ? outcome : `${outcome} (${noteOf(differs.because)})`;
    });
    return `| ${[one.title, ...cells].join(' | ')} |`;
  });
  const head = `| | ${PRODUCTS.join(' | ')} |\n|---|${PRODUCTS.map(() => '---|').join('')}`;
  const under = notes.map((because, index) => `${index + 1}. ${because}`);
  return [head, ...rows, '', ...under].join('\n');
}

function split(): { before: string; table: string; after: string } {
  const text = readFileSync(PAGE, 'utf8');
  const [before = '', rest = ''] = text.split(START);
  const [table = '', after = ''] = rest.split(END);
  return { before, table: table.trim(), after };
}
