import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { DAY_MS, MINUTE_MS } from '@/lib/kernel/time';
import { ISSUING_PROFILE, LEAF_PROFILE, ROOT_PROFILE } from './profile';

const here = dirname(fileURLToPath(import.meta.url));
const page = readFileSync(join(here, '../../docs/certificate-profile.md'), 'utf8');
const JUDGES = /^(csr-check|csr-file|key|subject-rules|extension-rules|domain-name)\.ts$/;
const code = readdirSync(here)
  .filter((file) => JUDGES.test(file))
  .map((file) => readFileSync(join(here, file), 'utf8'))
  .join('\n');

/** Rule ids as they stand in the code; `duplicate-${what}` stands for one id per value of `what`. */
function rulesInCode(): string[] {
  const plain = [
    ...code.matchAll(/(?:finding|refused|wrong)\(\s*'([a-z0-9-]+)'|rule: '([a-z-]+)'/g),
  ];
  const made = [...code.matchAll(/finding\(`([a-z-]*)\$\{what\}([a-z-]*)`/g)].flatMap(
    ([, before = '', after = '']) =>
      ['attribute', 'extension'].map((what) => before + what + after),
  );
  return [...new Set([...plain.map(([, one, other]) => one ?? other ?? ''), ...made])].sort();
}

describe('docs/certificate-profile.md', () => {
  it('lists exactly the rules that the code has', () => {
    const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \| (?:error|warning|notice) \|/gm)];
    expect(rows.map(([, id]) => id).sort()).toEqual(rulesInCode());
  });

  it('every rule is reached by a test', () => {
    const tests = readdirSync(here)
      .filter((file) => /^(csr|key).*\.test\.ts$/.test(file))
      .map((file) => readFileSync(join(here, file), 'utf8'))
      .join('\n');
    expect(rulesInCode().filter((id) => !tests.includes(`'${id}'`))).toEqual([]);
  });

  it('gives the numbers of the profile', () => {
    expect(page).toContain(`less ${LEAF_PROFILE.backdateMs / MINUTE_MS} minutes`);
    expect(page).toContain(`plus ${LEAF_PROFILE.validityMs / DAY_MS} days`);
    expect(page).toContain(`${ROOT_PROFILE.validityMs / DAY_MS} days (20 years)`);
    expect(page).toContain(`${ISSUING_PROFILE.validityMs / DAY_MS} days (10 years)`);
    expect(page).toContain(`pathlen ${ISSUING_PROFILE.pathLength}`);
  });
});
