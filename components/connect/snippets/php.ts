import {
  addressOf,
  filesOf,
  lines,
  PASSPHRASE_VARIABLE,
  PASSWORD_VARIABLE,
  type SnippetFacts,
} from './facts';
import { singleQuoted } from './quote';

export function php(facts: SnippetFacts): string {
  const { cert, key } = filesOf(facts);
  return lines(
    '<?php',
    `$call = curl_init(${singleQuoted(addressOf(facts))});`,
    'curl_setopt_array($call, [',
    '    CURLOPT_RETURNTRANSFER => true,',
    `    CURLOPT_SSLCERT => ${singleQuoted(cert)},`,
    `    CURLOPT_SSLKEY => ${singleQuoted(key)},`,
    facts.key === 'passphrase'
      ? `    CURLOPT_KEYPASSWD => getenv('${PASSPHRASE_VARIABLE}'),`
      : null,
    facts.caFile ? `    CURLOPT_CAINFO => ${singleQuoted(facts.caFile)},` : null,
    `    CURLOPT_USERPWD => ${singleQuoted(facts.apiClient)} . ':' . getenv('${PASSWORD_VARIABLE}'),`,
    '    CURLOPT_TIMEOUT => 10,',
    ']);',
    '$body = curl_exec($call);',
    'if ($body === false) {',
    '    fwrite(STDERR, curl_error($call) . PHP_EOL);',
    '    exit(1);',
    '}',
    "echo curl_getinfo($call, CURLINFO_RESPONSE_CODE), ' ', $body, PHP_EOL;",
  );
}
