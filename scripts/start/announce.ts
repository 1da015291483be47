/** What a start leaves behind for people and for programs: the summary on the terminal, and demo.json. */
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { DemoCredentials } from '@/lib/contract/process-messages';
import { ENVIRONMENTS, type Environment } from '@/lib/kernel/environments';
import type { PortalEnv } from '@/lib/platform/env';

export type EdgeOnThisMachine = {
  readonly mtlsUrl: string;
  readonly standardUrl: string;
  /** PEM of the CA that vouches for the listeners, absolute path. */
  readonly caFile: string;
};
export type Edges = Readonly<Record<Environment, EdgeOnThisMachine>>;

const OWNER_ONLY = 0o600;

/** The file whose presence says that everything answers: it goes first and comes last. */
export function removeDemoFile(dataDir: string): void {
  rmSync(demoPath(dataDir), { force: true });
}

export function writeDemoFile(env: PortalEnv, demo: DemoCredentials, edges: Edges): void {
  const { apiKey, users, apiClients, secondAccount } = demo;
  const content = { portalUrl: env.publicUrl, apiKey, users, apiClients, edges, secondAccount };
  const path = demoPath(env.dataDir);
  rmSync(`${path}.new`, { force: true });
  // Exclusively: a link that somebody left in its place is not followed.
  writeFileSync(`${path}.new`, `${JSON.stringify(content, null, 2)}\n`, {
    mode: OWNER_ONLY,
    flag: 'wx',
  });
  renameSync(`${path}.new`, path);
}

export function demoSummary(env: PortalEnv, demo: DemoCredentials, edges: Edges): string {
  const people = demo.users.map(
    ({ email, password, role }) => `    ${role.padEnd(12)} ${email.padEnd(30)} ${password}`,
  );
  return [
    '',
    `  Portal      ${env.publicUrl}`,
    ...edgeLines(edges),
    '',
    '  Sign in as',
    ...people,
    '',
    '  Try it: a key and a CSR, the certificate, a call with it',
    ...tryLines(env, demo, edges),
    '',
    `  All of this is in ${shown(demoPath(env.dataDir))}. Ctrl-C stops everything.`,
    '',
  ].join('\n');
}

export function deploymentSummary(env: PortalEnv, edges: Edges | null): string {
  const edgePart =
    edges === null
      ? [
          '  Edge        none on this machine. Create one with',
          '              npm run operator -- edge create --name <name>',
          '              and start again with the token it shows in EDGE_TOKEN, or start one elsewhere.',
        ]
      : edgeLines(edges);
  return ['', `  Portal      ${env.publicUrl}`, ...edgePart, ''].join('\n');
}

function edgeLines(edges: Edges): string[] {
  return ENVIRONMENTS.map((environment) => {
    const { mtlsUrl, standardUrl } = edges[environment];
    return `  ${titleOf(environment).padEnd(11)} mTLS ${mtlsUrl}   standard ${standardUrl}`;
  });
}

function tryLines(env: PortalEnv, demo: DemoCredentials, edges: Edges): string[] {
  const client = demo.apiClients.find(({ environment }) => environment === 'sandbox');
  const { mtlsUrl, caFile } = edges.sandbox;
  const json = `{\\"environment\\":\\"sandbox\\",\\"csr\\":\\"$(awk '{printf "%s\\\\n",$0}' client.csr)\\"}`;
  return [
    '    openssl req -new -newkey rsa:2048 -nodes -keyout client.key -out client.csr -subj "/CN=erp.meridian.example"',
    `    curl -s ${env.publicUrl}/api/v1/certificates -H "Authorization: Bearer ${demo.apiKey}" -H "Content-Type: application/json" -d "${json}" | node -p 'JSON.parse(fs.readFileSync(0)).pem' > client.pem`,
    // Pasted together, the call would come right after the certificate, and edges have a second to learn of it.
    `    sleep 1; curl --cacert ${shown(caFile)} --cert client.pem --key client.key -u ${client?.username}:${client?.password} ${mtlsUrl}/connection/v1/testauthentication`,
  ];
}

/** Short where that is shorter to read. */
function shown(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

function titleOf(environment: Environment): string {
  return environment.charAt(0).toUpperCase() + environment.slice(1);
}

function demoPath(dataDir: string): string {
  return join(dataDir, 'demo.json');
}
