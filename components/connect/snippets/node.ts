import {
  addressOf,
  filesOf,
  lines,
  PASSPHRASE_VARIABLE,
  PASSWORD_VARIABLE,
  type SnippetFacts,
} from './facts';
import { doubleQuoted } from './quote';

/** `https` of Node itself. Its `fetch` ignores `agent`, and would send no certificate without saying so. */
export function nodeHttps(facts: SnippetFacts): string {
  return lines(
    'import { readFileSync } from "node:fs";',
    'import https from "node:https";',
    '',
    'const agent = new https.Agent({',
    ...identity(facts, '  '),
    '  keepAlive: true,',
    '});',
    '',
    'const request = https.request(',
    `  ${doubleQuoted(addressOf(facts))},`,
    '  {',
    '    agent,',
    `    auth: ${credentials(facts)},`,
    '    timeout: 10_000,',
    '  },',
    '  (response) => {',
    '    let body = "";',
    '    response.setEncoding("utf8");',
    '    response.on("data", (chunk) => (body += chunk));',
    '    response.on("end", () => console.log(response.statusCode, body));',
    '  },',
    ');',
    'request.on("timeout", () => request.destroy(new Error("no answer within 10 s")));',
    'request.on("error", (error) => {',
    '  console.error(error.message);',
    '  process.exitCode = 1;',
    '});',
    'request.end();',
  );
}

/** undici's own `fetch` with its own `Agent`: the certificate belongs to the connection. */
export function nodeUndici(facts: SnippetFacts): string {
  return lines(
    'import { readFileSync } from "node:fs";',
    'import { Agent, fetch } from "undici";',
    '',
    'const dispatcher = new Agent({',
    '  connect: {',
    ...identity(facts, '    '),
    '  },',
    '});',
    '',
    `const credentials = Buffer.from(${credentials(facts)});`,
    `const response = await fetch(${doubleQuoted(addressOf(facts))}, {`,
    '  dispatcher,',
    '  headers: { Authorization: "Basic " + credentials.toString("base64") },',
    '  signal: AbortSignal.timeout(10_000),',
    '});',
    'console.log(response.status, await response.text());',
  );
}

function credentials({ apiClient }: SnippetFacts): string {
  return `${doubleQuoted(`${apiClient}:`)} + process.env.${PASSWORD_VARIABLE}`;
}

function identity(facts: SnippetFacts, indent: string): string[] {
  const { cert, key } = filesOf(facts);
  const option = (name: string, value: string) => `${indent}${name}: ${value},`;
  return [
    option('cert', `readFileSync(${doubleQuoted(cert)})`),
    option('key', `readFileSync(${doubleQuoted(key)})`),
    ...(facts.key === 'passphrase'
      ? [option('passphrase', `process.env.${PASSPHRASE_VARIABLE}`)]
      : []),
    ...(facts.caFile ? [option('ca', `readFileSync(${doubleQuoted(facts.caFile)})`)] : []),
  ];
}
