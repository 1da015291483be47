/** When each snippet last ran against a real edge, as the test run wrote it down; see e2e/snippets.spec.ts. */
import record from './last-passed.json';
import type { SnippetId } from './snippets';

export type Passed = {
  /** SHA-256 of the template, hexadecimal: a record of another text says nothing. */
  digest: string;
  /** ISO 8601, UTC. */
  at: string;
  /** As the runtime names itself. */
  runtime: string;
};

export function lastPassed(id: SnippetId): Passed | null {
  const all: Partial<Record<string, Passed>> = record;
  return all[id] ?? null;
}
