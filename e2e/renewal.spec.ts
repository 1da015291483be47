/** The published script and CI job renew a certificate against the running portal, with the machine's own openssl and curl. */
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rest } from './support/rest';
import { curl, newFolder, newRequest, operator, run } from './support/shell';
import { apiClient, expect, test } from './support/test';

const SUBJECT = '/C=US/ST=California/L=Oakland/O=Meridian Freight/CN=';
const SCRIPT = join(process.cwd(), 'docs/renewal/renew-certificate.sh');
const LONGER_THAN_ANY = '3650';

test.use({ copy: 'renewal' });
test.describe.configure({ mode: 'serial' });

let folder: string;
const read = (name: string) => readFileSync(join(folder, name), 'utf8');
const installed = () => ({ key: read('client.key'), certificate: read('client.pem') });

async function renew(env: Record<string, string>) {
  return run('sh', [SCRIPT, folder], { env });
}

test('does nothing while there is nothing to do, then renews, installs and keeps the old pair', async ({
  tree,
}) => {
  const { demo } = tree;
  const api = rest(demo.portalUrl, demo.apiKey);
  folder = newFolder();
  const csr = await newRequest(folder, 'client', `${SUBJECT}unattended.meridian.example`);
  const first = await api('POST', '/certificates', { csr, environment: 'sandbox' });
  writeFileSync(join(folder, 'client.pem'), String(first.json.pem));
  writeFileSync(join(folder, 'api-key'), `${demo.apiKey}\n`);
  const before = installed();
  const mode = statSync(join(folder, 'client.pem')).mode;
  const env = {
    COUNTERSIGN_URL: demo.portalUrl,
    COUNTERSIGN_API_KEY_FILE: join(folder, 'api-key'),
    AFTER_RENEWAL: `touch '${join(folder, 'reloaded')}'`,
  };

  const idle = await renew(env);
  expect([idle.code, idle.stderr]).toEqual([0, '']);
  expect(idle.stdout).toContain('nothing to do');
  expect(installed()).toEqual(before);

  const renewed = await renew({ ...env, RENEW_DAYS: LONGER_THAN_ANY });
  expect([renewed.code, renewed.stderr]).toEqual([0, '']);
  const after = installed();
  expect(after.key).not.toBe(before.key);
  expect(after.certificate.match(/BEGIN CERTIFICATE/g)?.length).toBeGreaterThan(1);
  expect(read('previous/client.key')).toBe(before.key);
  expect(read('previous/client.pem')).toBe(before.certificate);
  expect(statSync(join(folder, 'client.key')).mode & 0o077).toBe(0);
  expect(statSync(join(folder, 'client.pem')).mode).toBe(mode);
  expect(existsSync(join(folder, 'reloaded'))).toBe(true);
  expect([existsSync(join(folder, 'next')), existsSync(join(folder, '.renewing'))]).toEqual([
    false,
    false,
  ]);

  const { items } = (await api('GET', '/certificates?status=live')).json;
  expect(items).toMatchObject([
    { replacesId: first.json.id, subject: first.json.subject },
    { id: first.json.id, revokeWhenIdleDays: 7 },
  ]);
  const { mtlsUrl, caFile } = demo.edges.sandbox;
  const credential = { cert: join(folder, 'client.pem'), key: join(folder, 'client.key') };
  const user = apiClient(demo, 'sandbox');
  const url = `${mtlsUrl}/connection/v1/testauthentication`;
  await expect.poll(async () => (await curl({ url, caFile, user, credential })).status).toBe('200');
});

test('keeps what is installed when the portal is down, refuses, or a run is cut short; the next run takes over', async ({
  tree,
}) => {
  const { demo, dataDir } = tree;
  const before = installed();
  const wanted = { COUNTERSIGN_URL: demo.portalUrl, RENEW_DAYS: LONGER_THAN_ANY };

  const down = await renew({
    ...{ ...wanted, COUNTERSIGN_URL: 'http://127.0.0.1:1' },
    COUNTERSIGN_API_KEY: demo.apiKey,
  });
  expect([down.code, installed()]).toEqual([5, before]);

  const made = JSON.parse(
    (await operator(dataDir, ['api-key', 'create', '--name', 'ended'])).stdout,
  );
  await operator(dataDir, ['api-key', 'disable', '--id', made.id]);
  const refused = await renew({ ...wanted, COUNTERSIGN_API_KEY: made.key });
  expect([refused.code, installed()]).toEqual([6, before]);
  expect(refused.stderr).toContain('(401 unauthenticated)');
  expect(`${refused.stdout}${refused.stderr}`).not.toContain(made.key);

  const cut = join(newFolder(), 'curl');
  const { stdout: real } = await run('sh', ['-c', 'command -v curl']);
  const path = `#!/bin/sh\ncase "$*" in *download*) exit 7 ;; esac\nexec ${real.trim()} "$@"\n`;
  writeFileSync(cut, path);
  chmodSync(cut, 0o755);
  const env = { ...wanted, COUNTERSIGN_API_KEY: demo.apiKey };
  const short = await renew({ ...env, PATH: `${join(cut, '..')}:${process.env.PATH}` });
  expect([short.code, installed()]).toEqual([5, before]);
  const live = async () => {
    const { items } = (await rest(demo.portalUrl, demo.apiKey)('GET', '/certificates?status=live'))
      .json;
    return Array.isArray(items) ? items.length : -1;
  };
  expect(await live()).toBe(3);
  expect((await renew(env)).code).toBe(0);
  expect(await live()).toBe(3);
  expect(installed().key).not.toBe(before.key);
});

test('the CI job, as it is published, fetches the script and runs it', async ({ tree }) => {
  const { demo } = tree;
  const job = await (await fetch(`${demo.portalUrl}/renewal/renew-certificate.yml`)).text();
  expect(job).toBe(readFileSync(join(process.cwd(), 'docs/renewal/renew-certificate.yml'), 'utf8'));
  const steps = job.split('run: |\n')[1]?.replace(/^ {10}/gm, '') ?? '';
  const named = [...job.matchAll(/^ {6}([A-Z_]+): /gm)].map(([, name]) => name);
  expect(named).toEqual([
    ...['COUNTERSIGN_URL', 'COUNTERSIGN_API_KEY', 'CERTIFICATE_DIRECTORY', 'AFTER_RENEWAL'],
  ]);
  const ran = await run('sh', ['-e', '-c', steps], {
    cwd: newFolder(),
    env: {
      COUNTERSIGN_URL: demo.portalUrl,
      COUNTERSIGN_API_KEY: demo.apiKey,
      CERTIFICATE_DIRECTORY: folder,
      AFTER_RENEWAL: 'false',
    },
  });
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  expect(ran.stdout).toContain('nothing to do');
});
