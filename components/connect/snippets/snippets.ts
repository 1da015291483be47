/** Every language that Connect shows, in the order of its tabs. Each one but Postman is run against a real edge. */
import { curl } from './curl';
import {
  addressOf,
  filesOf,
  PASSPHRASE_VARIABLE,
  PASSWORD_VARIABLE,
  type SnippetFacts,
} from './facts';
import { go } from './go';
import { java } from './java';
import { nodeHttps, nodeUndici } from './node';
import { php } from './php';
import { postman } from './postman';
import { pythonHttpx, pythonRequests } from './python';
import { shell } from './quote';
import { ruby } from './ruby';

export const SNIPPET_IDS = [
  'curl',
  'node-https',
  'node-undici',
  'python-requests',
  'python-httpx',
  'go',
  'java',
  'ruby',
  'php',
  'postman',
] as const;
export type SnippetId = (typeof SNIPPET_IDS)[number];

export type Language = {
  name: string;
  fileName: string;
  /** How a shell in the folder of the files runs it; null for what is no program. */
  run: string | null;
  /** What has to be installed beside the language itself. */
  needs: string | null;
  write: (facts: SnippetFacts) => string;
};

export const LANGUAGES: Record<SnippetId, Language> = {
  curl: { name: 'curl', fileName: 'call.sh', run: 'sh call.sh', needs: null, write: curl },
  'node-https': {
    name: 'Node',
    fileName: 'call.mjs',
    run: 'node call.mjs',
    needs: null,
    write: nodeHttps,
  },
  'node-undici': {
    name: 'undici',
    fileName: 'call-undici.mjs',
    run: 'node call-undici.mjs',
    needs: 'npm install undici',
    write: nodeUndici,
  },
  'python-requests': {
    name: 'Python',
    fileName: 'call_requests.py',
    run: 'python3 call_requests.py',
    needs: 'pip install requests',
    write: pythonRequests,
  },
  'python-httpx': {
    name: 'httpx',
    fileName: 'call_httpx.py',
    run: 'python3 call_httpx.py',
    needs: 'pip install httpx',
    write: pythonHttpx,
  },
  go: { name: 'Go', fileName: 'call.go', run: 'go run call.go', needs: null, write: go },
  java: { name: 'Java', fileName: 'Call.java', run: 'java Call.java', needs: null, write: java },
  ruby: { name: 'Ruby', fileName: 'call.rb', run: 'ruby call.rb', needs: null, write: ruby },
  php: { name: 'PHP', fileName: 'call.php', run: 'php call.php', needs: null, write: php },
  postman: {
    name: 'Postman',
    fileName: 'countersign.postman_collection.json',
    run: null,
    needs: null,
    write: postman,
  },
};

export function isSnippetId(text: unknown): text is SnippetId {
  return SNIPPET_IDS.some((id) => id === text);
}

/** The secrets of a program as the shell gives them to it; curl asks, and Postman keeps its own. */
export function secretsOf(id: SnippetId, { key }: SnippetFacts): string[] {
  if (id === 'curl' || id === 'postman') return [];
  return key === 'passphrase' ? [PASSWORD_VARIABLE, PASSPHRASE_VARIABLE] : [PASSWORD_VARIABLE];
}

/**
 * What a POSIX shell in the folder of the files is given: one command, so that pasting it whole leaves nothing behind
 * for `read` to take as an answer.
 */
export function runCommandOf(id: SnippetId, facts: SnippetFacts): string {
  const secrets = secretsOf(id, facts);
  const asked = secrets.map((name) => `printf '${name}: ' && read -r ${name} && echo`);
  const preparation = preparationOf(id, facts);
  const { run } = LANGUAGES[id];
  const steps = [
    ...(secrets.length > 0
      ? ['stty -echo', ...asked, `stty echo && export ${secrets.join(' ')}`]
      : []),
    ...(preparation ? [preparation] : []),
    ...(run ? [run] : []),
  ];
  return `${steps.join(' && \\\n')}\n`;
}

/** Java reads PKCS #12: one command makes it of the two files, under the passphrase of the key. */
function preparationOf(id: SnippetId, facts: SnippetFacts): string | null {
  if (id !== 'java' || facts.key === 'plain') return null;
  const { cert, key, pkcs12 } = filesOf(facts);
  const secret = `env:${PASSPHRASE_VARIABLE}`;
  return `openssl pkcs12 -export -in ${shell(cert)} -inkey ${shell(key)} -passin ${secret} -out ${shell(pkcs12)} -passout ${secret}`;
}

/** What to set in Postman itself, which keeps client certificates per host. */
export function postmanSettings(facts: SnippetFacts): { name: string; value: string }[] {
  const { cert, key } = filesOf(facts);
  const { hostname, port } = new URL(addressOf(facts));
  return [
    { name: 'Host', value: `${hostname}:${port || '443'}` },
    { name: 'CRT file', value: cert },
    { name: 'KEY file', value: key },
    ...(facts.key === 'passphrase' ? [{ name: 'Passphrase', value: 'that of the key' }] : []),
    ...(facts.caFile ? [{ name: 'CA certificates: PEM file', value: facts.caFile }] : []),
  ];
}

/** With fixed names: what the record of passed runs is about. A change of a template changes it. */
export function templateOf(id: SnippetId): string {
  const facts = {
    mtlsUrl: 'https://api.example:8443',
    stem: 'client',
    apiClient: 'client',
    caFile: 'edge-ca.pem',
  };
  return (['plain', 'passphrase'] as const)
    .map((key) => {
      const all = { ...facts, key };
      return `${LANGUAGES[id].write(all)}${runCommandOf(id, all)}`;
    })
    .join('\n');
}
