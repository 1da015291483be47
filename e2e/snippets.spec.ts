/**
 * Every program that Connect shows is taken from the page, run by its real runtime on a terminal, and must reach the
 * real edge with the very certificate that was issued. With RECORD_SNIPPETS=1 the run is written down for the page.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { BrowserContext, Page } from 'playwright/test';
import {
  LANGUAGES,
  SNIPPET_IDS,
  type SnippetId,
  templateOf,
} from '@/components/connect/snippets/snippets';
import { curl, newFolder, newRequest, openssl, run } from './support/shell';
import { apiClient, expect, signIn, test } from './support/test';

const PASSPHRASE = 'a pass phrase: 4 words';
const KEYS = ['plain', 'passphrase'] as const;
const PROGRAMS = SNIPPET_IDS.filter((id) => id !== 'postman');
const RECORD = 'components/connect/snippets/last-passed.json';
const VERSIONS: Record<string, string[]> = {
  curl: ['curl', '--version'],
  'node-https': ['node', '--version'],
  'node-undici': [
    'node',
    '-p',
    '"Node " + process.version + ", undici " + require("undici/package.json").version',
  ],
  'python-requests': [
    'python3',
    '-c',
    'import requests, sys; print("Python", sys.version.split()[0] + ", requests", requests.__version__)',
  ],
  'python-httpx': [
    'python3',
    '-c',
    'import httpx, sys; print("Python", sys.version.split()[0] + ", httpx", httpx.__version__)',
  ],
  go: ['go', 'version'],
  java: ['java', '--version'],
  ruby: ['ruby', '--version'],
  php: ['php', '--version'],
};

test.use({ copy: 'snippets' });
test.describe.configure({ mode: 'serial' });

let folder: string;
let certificateId: string;
let serialHex: string;
// One sign-in for all: a person who signed in this often would be slowed down.
let cookies: Awaited<ReturnType<BrowserContext['cookies']>>;
// Debian's own programs come first: its Python is the one with the packages.
const PATH = `/usr/bin:${process.env.PATH}`;

function environment(): Record<string, string> {
  const cache = join(folder, '.cache');
  return { PATH, GOCACHE: join(cache, 'go'), GOPATH: join(cache, 'gopath'), GO111MODULE: 'off' };
}

test('a certificate is issued in the portal, and its files are where the page says', async ({
  page,
  tree,
}) => {
  folder = newFolder();
  mkdirSync(join(folder, '.cache'));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const csr = await newRequest(
    folder,
    'snippets',
    '/O=Meridian Freight/CN=snippets.meridian.example',
  );
  await signIn(page, tree.demo, 'admin');
  cookies = await page.context().cookies();
  await page.goto(`${tree.demo.portalUrl}/certificates/new?environment=production`);
  await page.getByLabel('Certificate signing request').fill(csr);
  await page.getByRole('button', { name: 'Issue certificate' }).click();
  await page.waitForURL(/\/certificates\/crt_[^/]+$/);
  certificateId = /crt_[^/?]+/.exec(page.url())?.[0] ?? '';
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download Full chain, PEM' }).click();
  const saved = await download;
  expect(saved.suggestedFilename()).toBe('snippets-fullchain.pem');
  await saved.saveAs(join(folder, 'snippets-fullchain.pem'));
  const serial = ['x509', '-in', 'snippets-fullchain.pem', '-noout', '-serial'];
  serialHex = (await openssl(folder, serial)).trim().replace('serial=', '');
  await page.goto(`${tree.demo.portalUrl}/connect?environment=production`);
  const ca = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download edge-ca.pem' }).click();
  await (await ca).saveAs(join(folder, 'edge-ca.pem'));
  expect(readFileSync(join(folder, 'edge-ca.pem'), 'utf8')).toBe(
    readFileSync(tree.demo.edges.production.caFile, 'utf8'),
  );
});

for (const id of PROGRAMS) {
  test(`${LANGUAGES[id].name}, as the page shows it, reaches the edge with this certificate`, async ({
    page,
    tree,
  }) => {
    const [user = '', password = ''] = apiClient(tree.demo, 'production').split(':');
    await page.context().addCookies(cookies);
    for (const key of KEYS) {
      await keyFile(key);
      const shown = await shownOn(page, `${tree.demo.portalUrl}/certificates/${certificateId}`, {
        id,
        key,
      });
      expect(shown.program).toContain(user);
      expect(await downloaded(page, tree.demo.portalUrl, { id, key })).toBe(shown.program);
      writeFileSync(join(folder, LANGUAGES[id].fileName), shown.program);
      const prompts = [
        ...["Enter host password for user 'erp-sync':", password, 'API_PASSWORD: ', password],
        ...['Enter PEM pass phrase:', PASSPHRASE, 'KEY_PASSPHRASE: ', PASSPHRASE],
      ];
      const terminal = [
        resolve('e2e/support/terminal.py'),
        shown.command ?? shown.program,
        ...prompts,
      ];
      const ran = await run('python3', terminal, { cwd: folder, env: environment() });
      expect(ran.stdout, `${id} with ${key}`).toContain(`"${serialHex}"`);
      expect(ran.stdout).not.toContain(password);
      expect(ran.code).toBe(0);
    }
    await record(id);
  });
}

test('the request in the Postman collection passes when it is sent by its own fields', async ({
  page,
  tree,
}) => {
  await keyFile('plain');
  await page.context().addCookies(cookies);
  const path = `${tree.demo.portalUrl}/certificates/${certificateId}`;
  const { program } = await shownOn(page, path, { id: 'postman', key: 'plain' });
  const { auth, item } = JSON.parse(program);
  const { protocol, host, port, path: steps } = item[0].request.url;
  const url = `${protocol}://${host.join('.')}:${port}/${steps.join('/')}`;
  expect(url).toBe(item[0].request.url.raw);
  const [, password] = apiClient(tree.demo, 'production').split(':');
  const called = await curl({
    url,
    caFile: join(folder, 'edge-ca.pem'),
    user: `${auth.basic[0].value}:${password}`,
    credential: { cert: join(folder, 'snippets-fullchain.pem'), key: join(folder, 'snippets.key') },
  });
  expect([called.status, called.body.includes(serialHex)]).toEqual(['200', true]);
});

test('the same program fails when its certificate is left out: production answers nobody unknown', async ({
  page,
  tree,
}) => {
  await page.context().addCookies(cookies);
  const path = `${tree.demo.portalUrl}/certificates/${certificateId}`;
  const { program } = await shownOn(page, path, { id: 'node-https', key: 'plain' });
  const without = program.replace(/^ {2}(cert|key): .*\n/gm, '');
  expect(without).not.toBe(program);
  writeFileSync(join(folder, 'without.mjs'), without);
  const env = {
    ...environment(),
    API_PASSWORD: apiClient(tree.demo, 'production').split(':')[1] ?? '',
  };
  const ran = await run('node', ['without.mjs'], { cwd: folder, env });
  expect(ran.code).not.toBe(0);
  expect(ran.stdout).not.toContain('Hello');
});

/** The same key, encrypted or not, under the name that programs read. */
async function keyFile(key: (typeof KEYS)[number]): Promise<void> {
  const plain = join(folder, 'snippets-plain.pem');
  const at = join(folder, 'snippets.key');
  try {
    readFileSync(plain);
  } catch {
    await openssl(folder, ['pkcs8', '-topk8', '-nocrypt', '-in', 'snippets.key', '-out', plain]);
  }
  const pass =
    key === 'plain' ? ['-nocrypt'] : ['-v2', 'aes-256-cbc', '-passout', `pass:${PASSPHRASE}`];
  await openssl(folder, ['pkcs8', '-topk8', '-in', plain, '-out', at, ...pass]);
}

type Picked = { id: SnippetId; key: (typeof KEYS)[number] };

async function shownOn(
  page: Page,
  path: string,
  { id, key }: Picked,
): Promise<{ program: string; command: string | null }> {
  await page.goto(`${path}?language=${id}&key=${key}`);
  const blocks = await page.locator('.program .codeblock pre').allTextContents();
  const [program = '', command = null] = blocks;
  return { program, command };
}

async function downloaded(page: Page, portalUrl: string, { id, key }: Picked): Promise<string> {
  const query = new URLSearchParams({ certificate: certificateId, language: id, key });
  const reply = await page.request.get(`${portalUrl}/connect/snippet?${query}`);
  expect(reply.headers()['content-disposition']).toContain(`"${LANGUAGES[id].fileName}"`);
  return reply.text();
}

async function record(id: SnippetId): Promise<void> {
  if (process.env.RECORD_SNIPPETS !== '1') return;
  const [program = '', ...args] = VERSIONS[id] ?? [];
  const { stdout } = await run(program, args, { cwd: folder, env: environment() });
  const all = JSON.parse(readFileSync(RECORD, 'utf8'));
  const digest = createHash('sha256').update(templateOf(id)).digest('hex');
  all[id] = { digest, at: new Date().toISOString(), runtime: nameOf(id, stdout) };
  writeFileSync(RECORD, `${JSON.stringify(all, null, 2)}\n`);
}

/** "Go 1.19.8" of whatever the runtime says of itself. */
function nameOf(id: SnippetId, said: string): string {
  const line = said.trim().split('\n')[0] ?? '';
  const version = /\d+(\.\d+)+/.exec(line)?.[0] ?? line;
  const names: Partial<Record<SnippetId, string>> = {
    curl: 'curl',
    'node-https': 'Node',
    go: 'Go',
    java: 'Java',
    ruby: 'Ruby',
    php: 'PHP',
  };
  const name = names[id];
  return name ? `${name} ${version}` : line;
}
