/** The real openssl, curl and operator command line, as a customer or an operator would run them. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnv } from './tree';

export type Ran = { code: number | null; stdout: string; stderr: string };
export type Called = {
  /** 000 when no HTTP answer came. */
  status: string;
  body: string;
  /** curl's own exit code; not 0 when TLS ended. */
  exit: number | null;
  error: string;
};
export type Credential = { cert: string; key: string };

const CURL_TIMEOUT_S = '10';

export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), 'countersign-customer-'));
}

export function run(
  command: string,
  args: readonly string[],
  options: { cwd?: string; env?: Record<string, string> } = {},
): Promise<Ran> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: cleanEnv(options.env ?? {}),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export async function openssl(cwd: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run('openssl', args, { cwd });
  if (code !== 0) throw new Error(`openssl ${args[0]} ended with ${code}: ${stderr}`);
  return stdout;
}

/** A key and a request by openssl, in `cwd` as `<name>.key` and `<name>.csr`. */
export async function newRequest(cwd: string, name: string, subject: string): Promise<string> {
  const files = ['-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  await openssl(cwd, ['req', '-new', '-nodes', ...curve, ...files]);
  return readFileSync(join(cwd, `${name}.csr`), 'utf8');
}

export async function curl(input: {
  url: string;
  caFile: string;
  user?: string;
  credential?: Credential;
  extra?: readonly string[];
}): Promise<Called> {
  const args = ['-sS', '--max-time', CURL_TIMEOUT_S, '--cacert', input.caFile];
  args.push('-w', '\n%{http_code}', ...(input.extra ?? []));
  if (input.user) args.push('--user', input.user);
  if (input.credential) args.push('--cert', input.credential.cert, '--key', input.credential.key);
  const { code, stdout, stderr } = await run('curl', [...args, input.url]);
  const cut = stdout.lastIndexOf('\n');
  return { status: stdout.slice(cut + 1), body: stdout.slice(0, cut), exit: code, error: stderr };
}

export async function operator(
  dataDir: string,
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  const args = ['run', '--silent', 'operator', '--', ...words, '--json'];
  return run('npm', args, { env: { DATA_DIR: dataDir, ...env } });
}
