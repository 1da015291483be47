import { TEST_PATH } from '@/lib/kernel/test-path';
import { addressOf, filesOf, lines, type SnippetFacts } from './facts';
import { shell } from './quote';

/** curl asks for what it is not given: the password, and the passphrase where the key has one. */
export function curl(facts: SnippetFacts): string {
  const { cert, key } = filesOf(facts);
  return lines(
    'curl \\',
    facts.caFile ? `  --cacert ${shell(facts.caFile)} \\` : null,
    `  --cert ${shell(cert)} \\`,
    `  --key ${shell(key)} \\`,
    `  --user ${shell(facts.apiClient)} \\`,
    `  ${shell(addressOf(facts))}`,
  );
}

/** The same call on the standard host, without a certificate. */
export function curlStandard(
  facts: Pick<SnippetFacts, 'apiClient' | 'caFile'> & { standardUrl: string },
): string {
  return lines(
    'curl \\',
    facts.caFile ? `  --cacert ${shell(facts.caFile)} \\` : null,
    `  --user ${shell(facts.apiClient)} \\`,
    `  ${shell(`${facts.standardUrl.replace(/\/$/, '')}${TEST_PATH}`)}`,
  );
}
