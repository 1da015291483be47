/** The downloaded check script, run by a real shell against the real edge, names every fault it was made for. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { join } from 'node:path';
import { rest } from './support/rest';
import { curl, newFolder, newRequest, openssl, run } from './support/shell';
import { apiClient, expect, signIn, test } from './support/test';

const PASSPHRASE = 'two "words" and a \\';

test.use({ copy: 'check-script' });
test.describe.configure({ mode: 'serial' });

let folder: string;
let user: string;
let password: string;
let secretLines: string[];
const at = (name: string) => join(folder, name);

/** A CA of the folder's own and leaves of any validity and usage, by `openssl ca`. */
async function leaf(name: string, given: { from?: string; to?: string; usage?: string }) {
  const { from = '20200101000000Z', to = '20400101000000Z', usage = 'clientAuth' } = given;
  const config = `[ca]\ndefault_ca=c\n[c]\ndatabase=${at('index')}\nnew_certs_dir=${folder}\nrand_serial=yes
default_md=sha256\npolicy=p\nx509_extensions=e\nunique_subject=no\n[p]\ncommonName=supplied
[e]\nbasicConstraints=CA:FALSE\nextendedKeyUsage=${usage}\n`;
  writeFileSync(at('ca.cnf'), config);
  writeFileSync(at('index'), '');
  await newRequest(folder, name, `/CN=${name}`);
  const dates = ['-startdate', from, '-enddate', to];
  const ca = ['-cert', at('ca.pem'), '-keyfile', at('ca.key')];
  await openssl(folder, [
    'ca',
    '-batch',
    '-notext',
    '-config',
    'ca.cnf',
    ...ca,
    ...dates,
    '-in',
    `${name}.csr`,
    '-out',
    `${name}.pem`,
  ]);
}

async function check(args: string[], env: Record<string, string> = {}) {
  const ran = await run('sh', ['check.sh', ...args], {
    cwd: folder,
    env: { API_CLIENT: user, API_PASSWORD: password, KEY_PASSPHRASE: PASSPHRASE, ...env },
  });
  const said = `${ran.stdout}${ran.stderr}`;
  for (const secret of [...secretLines, password, PASSPHRASE]) expect(said).not.toContain(secret);
  expect(ran.stderr).toBe('');
  return { code: ran.code, said };
}

test('the script is downloaded, with certificates to try it on', async ({ page, tree }) => {
  folder = newFolder();
  [user = '', password = ''] = apiClient(tree.demo, 'production').split(':');
  await signIn(page, tree.demo, 'viewer');
  const reply = await page.request.get(
    `${tree.demo.portalUrl}/connect/check.sh?environment=production`,
  );
  expect(reply.headers()['content-disposition']).toContain('check-production.sh');
  writeFileSync(at('check.sh'), await reply.text());
  writeFileSync(at('edge-ca.pem'), readFileSync(tree.demo.edges.production.caFile));
  const api = rest(tree.demo.portalUrl, tree.demo.apiKey);
  for (const [name, environment] of [
    ['good', 'production'],
    ['revoked', 'production'],
    ['sandbox', 'sandbox'],
  ] as const) {
    const csr = await newRequest(folder, name, `/CN=${name}.meridian.example`);
    const issued = await api('POST', '/certificates', { csr, environment });
    expect(issued.status).toBe(201);
    const chain = await api('GET', `/certificates/${issued.json.id}/download?format=fullchain`);
    writeFileSync(at(`${name}.pem`), String(chain.json.text));
    if (name === 'revoked') {
      await api('POST', `/certificates/${issued.json.id}/revocation`, { reason: 'superseded' });
    }
  }
  const other = rest(tree.demo.portalUrl, tree.demo.secondAccount.apiKey);
  const csr = await newRequest(folder, 'foreign', '/CN=foreign.example');
  const foreign = await other('POST', '/certificates', { csr, environment: 'production' });
  writeFileSync(at('foreign.pem'), String(foreign.json.pem));
  await openssl(folder, [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    '/CN=Own CA',
  ]);
  await leaf('expired', { to: '20210101000000Z' });
  await leaf('early', { from: '20390101000000Z' });
  await leaf('server', { usage: 'serverAuth' });
  await leaf('stranger', {});
  await openssl(folder, [
    'pkcs8',
    '-topk8',
    '-in',
    'good.key',
    '-out',
    'locked.key',
    '-passout',
    `pass:${PASSPHRASE}`,
  ]);
  await openssl(folder, ['x509', '-in', 'good.pem', '-outform', 'DER', '-out', 'good.der']);
  const chain = readFileSync(at('good.pem'), 'utf8');
  const blocks = chain.match(/-----BEGIN[^-]+-----[^-]+-----END[^-]+-----/g) ?? [];
  writeFileSync(at('reversed.pem'), `${blocks.toReversed().join('\n')}\n`);
  writeFileSync(at('alone.pem'), `${blocks[0]}\n`);
  writeFileSync(
    at('damaged.key'),
    readFileSync(at('good.key'), 'utf8')
      .replace(/^(\w{4})/m, '$1'.repeat(2))
      .replace(/\n\w{20}/, '\nAAAA'),
  );
  secretLines = readFileSync(at('good.key'), 'utf8')
    .split('\n')
    .filter((line) => /^[\w+/=]{20,}$/.test(line));
  expect(secretLines.length).toBeGreaterThan(1);
  const { mtlsUrl, caFile } = tree.demo.edges.production;
  const credential = { cert: at('good.pem'), key: at('good.key') };
  await expect
    .poll(
      async () =>
        (
          await curl({
            url: `${mtlsUrl}/connection/v1/testauthentication`,
            caFile,
            user: `${user}:${password}`,
            credential,
          })
        ).status,
    )
    .toBe('200');
});

test('it ends well when the call passes, with a plain key, an encrypted one, and no chain', async () => {
  for (const [cert, key] of [
    ['good.pem', 'good.key'],
    ['good.pem', 'locked.key'],
    ['alone.pem', 'good.key'],
  ] as const) {
    const { code, said } = await check([cert, key, 'edge-ca.pem']);
    expect(said).toContain('you are connected to production');
    expect(code).toBe(0);
    expect(said.includes('issuing CA after it')).toBe(cert === 'alone.pem');
  }
});

const FAULTS: [title: string, args: string[], status: number, says: RegExp][] = [
  ['a file that is not there', ['none.pem', 'good.key'], 11, /none\.pem cannot be read/],
  ['key and certificate the wrong way round', ['good.key', 'good.pem'], 12, /holds a private key/],
  ['a request in the place of the certificate', ['good.csr', 'good.key'], 12, /signing request/],
  ['DER in the place of PEM', ['good.der', 'good.key'], 12, /certificate in DER/],
  ['something else', ['check.sh', 'good.key'], 12, /(no certificate|private key)/],
  ['the chain in the wrong order', ['reversed.pem', 'good.key'], 13, /CA's, not yours/],
  ['an expired certificate', ['expired.pem', 'expired.key'], 20, /ended on/],
  ['one that is not yet valid', ['early.pem', 'early.key'], 21, /clock says/],
  ['one that is not for clients', ['server.pem', 'server.key'], 22, /client authentication/],
  ['one of the other environment', ['sandbox.pem', 'sandbox.key'], 23, /sandbox certificate/],
  ['a damaged key', ['good.pem', 'damaged.key'], 31, /damaged/],
  ['a certificate in the place of the key', ['good.pem', 'good.pem'], 31, /no private key/],
  ['a key of another certificate', ['good.pem', 'revoked.key'], 32, /do not belong together/],
  ['a host that is not trusted', ['good.pem', 'good.key'], 42, /does not trust/],
  [
    'a revoked certificate',
    ['revoked.pem', 'revoked.key', 'edge-ca.pem'],
    52,
    /by serial [0-9A-F]+/,
  ],
  [
    'one that nobody here issued',
    ['stranger.pem', 'stranger.key', 'edge-ca.pem'],
    52,
    /not known there/,
  ],
  [
    'one of another account',
    ['foreign.pem', 'foreign.key', 'edge-ca.pem'],
    50,
    /different accounts/,
  ],
];
for (const [title, args, status, says] of FAULTS) {
  test(`it names ${title}`, async () => {
    const { code, said } = await check(args);
    expect(said).toMatch(says);
    expect(code).toBe(status);
  });
}

test('it names a wrong passphrase, and one that is missing where nobody can be asked', async () => {
  const args = ['good.pem', 'locked.key', 'edge-ca.pem'];
  const wrong = await check(args, { KEY_PASSPHRASE: 'wrong' });
  expect([wrong.code, wrong.said]).toEqual([30, expect.stringContaining('does not open')]);
  const none = await check(args, { KEY_PASSPHRASE: '' });
  expect([none.code, none.said]).toEqual([30, expect.stringContaining('KEY_PASSPHRASE')]);
});

test('it names a wrong API password, and an API client nobody knows', async () => {
  const args = ['good.pem', 'good.key', 'edge-ca.pem'];
  const wrong = await check(args, { API_PASSWORD: 'wrong' });
  expect([wrong.code, wrong.said]).toEqual([51, expect.stringContaining('refused the password')]);
  const nobody = await check(args, { API_CLIENT: 'nobody-known' });
  expect([nobody.code, nobody.said]).toEqual([50, expect.stringContaining('unknown_api_client')]);
});

test('it names a host that is unknown, unreachable, or called by another name', async () => {
  const script = readFileSync(at('check.sh'), 'utf8');
  const changed = async (name: string, value: string, ca = 'edge-ca.pem') => {
    writeFileSync(
      at('changed.sh'),
      script.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`),
    );
    const env = { API_CLIENT: user, API_PASSWORD: password };
    return run('sh', ['changed.sh', 'good.pem', 'good.key', ca], { cwd: folder, env });
  };
  expect(await changed('HOST', 'no-such-host.invalid')).toMatchObject({ code: 40 });
  expect(await changed('PORT', '1')).toMatchObject({ code: 41 });
  const options = { key: readFileSync(at('server.key')), cert: readFileSync(at('server.pem')) };
  const server = createTlsServer(options, (_, response) => response.end());
  const port = await listening(server);
  expect(await changed('PORT', String(port), 'ca.pem')).toMatchObject({ code: 43 });
  server.close();
});

test('it names a clock that is off', async () => {
  const hour = 3_600_000;
  const server = createServer((_, response) => {
    response.setHeader('Date', new Date(Date.now() + hour).toUTCString());
    response.end();
  });
  const port = await listening(server);
  const script = readFileSync(at('check.sh'), 'utf8');
  writeFileSync(
    at('clock.sh'),
    script.replace(/^CLOCK_URL=.*$/m, `CLOCK_URL=http://127.0.0.1:${port}/`),
  );
  const env = { API_CLIENT: user, API_PASSWORD: password };
  const ran = await run('sh', ['clock.sh', 'good.pem', 'good.key', 'edge-ca.pem'], {
    cwd: folder,
    env,
  });
  server.close();
  expect([ran.code, ran.stdout]).toEqual([24, expect.stringMatching(/3(59|60)\d seconds off/)]);
});

test('the page judges a pasted file by what this account has', async ({ page, tree }) => {
  await signIn(page, tree.demo, 'viewer');
  await page.goto(`${tree.demo.portalUrl}/connect?environment=production`);
  const box = page.getByRole('region', { name: 'Check your file' });
  const answers: [file: string, says: RegExp][] = [
    ['good.pem', /This file works/],
    ['alone.pem', /No chain.*calls pass|calls pass.*No chain/s],
    ['sandbox.pem', /is a sandbox certificate; you call production/],
    ['revoked.pem', /was revoked/],
    ['foreign.pem', /has no certificate with this fingerprint/],
    ['stranger.pem', /has no certificate with this fingerprint/],
    ['reversed.pem', /Wrong order/],
    ['expired.pem', /It ended on 2021-01-01/],
    ['good.csr', /signing request/],
  ];
  for (const [file, says] of answers) {
    await box.getByLabel('Installed certificate file').fill(readFileSync(at(file), 'utf8'));
    await box.getByRole('button', { name: 'Check file' }).click();
    await expect(box).toContainText(says);
  }
  const sent: string[] = [];
  page.on('request', (request) => sent.push(`${request.url()} ${request.postData() ?? ''}`));
  await box.getByLabel('Installed certificate file').fill(readFileSync(at('good.key'), 'utf8'));
  await expect(box).toContainText('It was not sent anywhere');
  await expect(box.getByLabel('Installed certificate file')).toHaveValue('');
  for (const line of secretLines) expect(sent.join()).not.toContain(line);
});

test('without scripts a pasted key is refused at the server, and shown to nobody', async ({
  browser,
  tree,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, tree.demo, 'viewer');
  await page.goto(`${tree.demo.portalUrl}/connect?environment=production`);
  const box = page.getByRole('region', { name: 'Check your file' });
  await box.getByLabel('Installed certificate file').fill(readFileSync(at('good.pem'), 'utf8'));
  await box.getByRole('button', { name: 'Check file' }).click();
  await expect(box).toContainText('This file works');
  await box.getByLabel('Installed certificate file').fill(readFileSync(at('good.key'), 'utf8'));
  await box.getByRole('button', { name: 'Check file' }).click();
  await expect(box).toContainText('not stored or logged');
  const content = await page.content();
  for (const line of secretLines) expect(content).not.toContain(line);
  await context.close();
});

async function listening(server: Pick<Server, 'listen' | 'address'>): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port was given');
  return address.port;
}
