/** T23: whatever people, programs and requests are called, pages, mails and files show it as text. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright/test';
import { mailsIn } from './support/mailbox';
import { type Rest, rest } from './support/rest';
import { curl, newFolder, newRequest, openssl, operator, run } from './support/shell';
import { addAuthenticator, expect, givePassword, SOON, signIn, test } from './support/test';
import type { Demo, Tree } from './support/tree';

test.use({ copy: 'hostile' });

/** Markup that would draw an image and run, and a formula where it begins a cell. */
const hostile = (field: string) => `=1+1<img src=x onerror=ran('${field}')>`;
const ACCOUNT = hostile('account');
const OWNER = hostile('owner');
const MEMBER = hostile('member');
const LABEL = hostile('label');
const KEY = hostile('key');
const CLIENT = "=1+1<img/src=x/onerror=ran('client')>";
const AGENT = hostile('agent');
const OVERRIDE = hostile('override');
const ASKED = hostile('asked');
const NOTE = hostile('note');
const VIEWED = hostile('viewed');
const PASSKEY = hostile('passkey');
const SSO = hostile('sso');
const TYPED = hostile('typed');
const COMMON_NAME = hostile('cn');
const ORGANIZATION = hostile('o');
const MARKUP = /<img[ /]src=x/;

// Not the parser that is used with the writer: Python's own.
const READ_CSV = `
import csv, json, sys
with open(sys.argv[1], newline='', encoding='utf-8-sig') as file:
    print(json.dumps([cell for row in csv.reader(file) for cell in row]))
`;

type Shown = { path: string; field: string }[];

test('T23: names, labels, reasons, user agents and requests made of markup are text on every page, in mail and in CSV', async ({
  browser,
  tree,
}) => {
  test.setTimeout(300_000);
  const shown: Shown = [];
  const visited = new Set<string>();
  const look = (page: Page, path: string) => lookAt(page, `${tree.demo.portalUrl}${path}`, shown);
  const walk = async (page: Page, paths: readonly string[]) => {
    for (const path of paths) {
      await look(page, path);
      visited.add(new URL(page.url()).pathname);
    }
  };

  const account = await hostileAccount(tree);
  const owner = await signedIn(browser, tree.demo, account.owner);
  const { path: one, keyPath } = await hostileCertificate(tree, account);
  await test.step('what a customer types comes back as text', async () => {
    await typeAsCustomer(owner, tree, shown);
  });
  const support = await staff(browser, tree.demo, 'support');
  const lead = await staff(browser, tree.demo, 'support_lead');
  const runPath = await test.step('what support types comes back as text', () =>
    actAsSupport({ support, lead, demo: tree.demo, accountId: account.id, keyPath }));

  const invited = await invitationPath(tree.dataDir);
  await owner.goto(`${tree.demo.portalUrl}/members`);
  const change = owner.getByRole('link', { name: `Change ${MEMBER}` });
  const memberPath = (await change.getAttribute('href')) ?? '';
  await test.step('every page', async () => {
    const tabs = ['traffic', 'facts', 'history'].map((tab) => `${one}?tab=${tab}`);
    await walk(owner, ['/', '/certificates', one, ...tabs, `${one}/renew`, `${one}/revoke`]);
    await walk(owner, ['/certificates/new', '/enforcement', '/api-clients', '/connect']);
    await walk(owner, ['/activity', '/activity?stream=changes', '/activity/changes']);
    await walk(owner, ['/members', memberPath, '/members/invite']);
    await walk(owner, ['/permissions', '/api-keys', '/api-keys/new', `/api-keys/${account.keyId}`]);
    await walk(owner, ['/profile', '/security', '/outbox', '/firewall', '/changes', '/accounts']);
    await walk(owner, [invited, '/confirm', '/second-factor', '/reference', '/errors', '/pki']);
    const typed = encodeURIComponent(TYPED);
    await walk(owner, [`/activity/changes?actor=${typed}&action=${typed}`, `/nothing/${typed}`]);
    const desk = `/support/accounts/${account.id}`;
    await walk(support, ['/support', `/support?q=${typed}`, desk, `${desk}/acts`, `${desk}/view`]);
    await walk(support, [`/support?q=${encodeURIComponent(ACCOUNT)}`, '/support/fleet']);
    await walk(support, ['/support/approvals', '/support/compromise', keyPath, runPath]);
    const visitor = await (await browser.newContext()).newPage();
    await walk(visitor, ['/sign-in', '/forgotten', '/reset', '/email', invited]);
    await walk(visitor, [`/reset?token=${typed}`, `/sign-in?next=${typed}`]);
    await givePassword(visitor, tree.demo, account.owner);
    await visitor.waitForURL(/\/sign-in\/second/);
    await walk(visitor, ['/sign-in/second']);
  });
  const unseen = pagePatterns().filter(
    ({ pattern }) => ![...visited].some((path) => pattern.test(path)),
  );
  expect(unseen.map(({ file }) => file)).toEqual([]);
  // Where a string was on no page at all, finding no markup would say nothing.
  const fields = [ACCOUNT, OWNER, MEMBER, LABEL, KEY, CLIENT, AGENT, OVERRIDE, ASKED, NOTE, VIEWED];
  for (const field of [...fields, PASSKEY, SSO, TYPED, COMMON_NAME, ORGANIZATION]) {
    expect(
      shown.map((one) => one.field),
      field,
    ).toContain(field);
  }

  await test.step('every mail', () => mailsAreText(browser, tree));
  await test.step('every file for a spreadsheet', () => csvIsText(tree, account.api, owner));
});

/** Opens it as a reader would, and notes which of the strings it shows. */
async function lookAt(page: Page, url: string, shown: Shown): Promise<void> {
  const response = await page.goto(url);
  expect(response?.status() ?? 0, url).toBeLessThan(500);
  expect(await response?.text(), url).not.toMatch(MARKUP);
  await judge(page, shown);
}

async function judge(page: Page, shown: Shown): Promise<void> {
  const url = page.url();
  const { images, text } = await page.evaluate(() => ({
    images: document.querySelectorAll('img[src="x"]').length,
    text: [
      document.documentElement.textContent ?? '',
      ...[...document.querySelectorAll('input, textarea')].map((one) =>
        'value' in one ? String(one.value) : '',
      ),
    ].join('\n'),
  }));
  expect(images, url).toBe(0);
  const fields = text.match(/=1\+1<img[ /]src=x[ /]onerror=ran\('\w+'\)>/g) ?? [];
  shown.push(...fields.map((field) => ({ path: url, field })));
}

type Account = {
  id: string;
  owner: { email: string; password: string };
  keyId: string;
  api: Rest;
};

async function hostileAccount({ dataDir, demo }: Tree): Promise<Account> {
  const told = async (...words: string[]) => {
    const { code, stdout, stderr } = await operator(dataDir, words);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    return JSON.parse(stdout);
  };
  const legal = 'Hostile Freight';
  const { id } = await told('account', 'create', `--name=${ACCOUNT}`, `--legal-name=${legal}`);
  const member = (name: string, role: string) => {
    const email = `${role}@hostile.example`;
    const args = [`--account=${id}`, `--email=${email}`, `--name=${name}`, `--role=${role}`];
    return told('member', 'create', ...args);
  };
  const owner = await member(OWNER, 'owner');
  await member(MEMBER, 'viewer');
  const key = await told('api-key', 'create', `--account=${id}`, `--name=${KEY}`);
  const where = [`--account=${id}`, '--environment=sandbox'];
  await told('api-client', 'create', ...where, `--name=${CLIENT}`);
  const api = rest(demo.portalUrl, key.key);
  return { id, owner, keyId: key.id, api };
}

/** One certificate, a call that passes with it, one without that is refused, and a request that is not taken. */
async function hostileCertificate(
  { demo }: Tree,
  { api }: Account,
): Promise<{ path: string; keyPath: string }> {
  const folder = newFolder();
  const csr = await newRequest(folder, 'client', '/CN=client.hostile.example');
  const issued = await api('POST', '/certificates', { csr, environment: 'sandbox', label: LABEL });
  expect(issued.status).toBe(201);
  const credential = { cert: join(folder, 'client.pem'), key: join(folder, 'client.key') };
  writeFileSync(credential.cert, String(issued.json.pem));
  const { mtlsUrl, standardUrl, caFile } = demo.edges.sandbox;
  const path = '/connection/v1/testauthentication';
  const common = { caFile, user: `${CLIENT}:any`, extra: ['-A', AGENT] };
  const withIt = { ...common, url: mtlsUrl + path, credential };
  // The edge lets it pass; the API behind it has no such client.
  await expect.poll(async () => (await curl(withIt)).status, SOON).toBe('401');
  const enforced = await api('PUT', '/enforcement/sandbox', {
    ...{ mode: 'enforce', trialMinutes: 0, override: { reason: OVERRIDE } },
  });
  expect(enforced.status).toBe(200);
  const without = { ...common, url: standardUrl + path };
  await expect.poll(async () => (await curl(without)).status, SOON).toBe('403');
  await expect
    .poll(async () => JSON.stringify((await api('GET', '/activity/refusals')).json), SOON)
    .toContain("ran('agent')");
  const { id, sha256Fingerprint } = issued.json;
  const keyPath = `/support/compromise?fingerprint=${sha256Fingerprint}`;
  return { path: `/certificates/${id}`, keyPath };
}

async function signedIn(
  browser: Browser,
  demo: Demo,
  user: { email: string; password: string },
): Promise<Page> {
  const page = await (await browser.newContext({ userAgent: AGENT })).newPage();
  await givePassword(page, demo, user);
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
  return page;
}

async function staff(browser: Browser, demo: Demo, role: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, demo, role);
  return page;
}

async function typeAsCustomer(page: Page, { demo }: Tree, shown: Shown): Promise<void> {
  await addAuthenticator(page);
  await page.goto(`${demo.portalUrl}/profile`);
  await page.getByLabel('Name of a new passkey').fill(PASSKEY);
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await expect(page.getByText('Keep these recovery codes now')).toBeVisible();
  await judge(page, shown);

  await page.goto(`${demo.portalUrl}/security`);
  await page.getByLabel('Issuer').fill(`https://id.example/${SSO}`);
  await page.getByLabel('Client id').fill(SSO);
  await page.getByLabel('Client secret').fill('a secret of the provider');
  await page.getByRole('button', { name: 'Save' }).last().click();
  await page.waitForLoadState();
  await judge(page, shown);

  await page.goto(`${demo.portalUrl}/members/invite`);
  await page.getByLabel('E-mail address').fill('noor@hostile.example');
  await page.getByRole('button', { name: 'Send invitation' }).click();
  await page.waitForURL(/\/members$/);
  await judge(page, shown);

  const folder = newFolder();
  // To openssl a plus sign joins two attributes.
  const subject = `/O=${ORGANIZATION}/CN=${COMMON_NAME}`.replaceAll('+', '\\+');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-keyout', 'bad.key'];
  await openssl(folder, ['req', '-new', '-nodes', ...key, '-out', 'bad.csr', '-subj', subject]);
  await page.goto(`${demo.portalUrl}/certificates/new?environment=sandbox`);
  const request = readFileSync(join(folder, 'bad.csr'), 'utf8');
  await page.getByLabel('Certificate signing request').fill(request);
  await page.getByRole('button', { name: 'Issue certificate' }).click();
  await expect(page.getByRole('main')).toContainText("ran('cn')");
  await judge(page, shown);
}

/** One act in force, one that waits, one run that waits, and a view that began and ended. */
async function actAsSupport(input: {
  support: Page;
  lead: Page;
  demo: Demo;
  accountId: string;
  keyPath: string;
}): Promise<string> {
  const { support, lead, demo, accountId, keyPath } = input;
  const desk = `${demo.portalUrl}/support/accounts/${accountId}`;
  for (const act of ['Suspend enforcement', 'Suspend the account']) {
    await support.goto(`${desk}/acts`);
    await support.getByRole('link', { name: act }).click();
    await support.getByLabel('Why').fill(ASKED);
    await support.getByLabel(`I mean ${ACCOUNT}.`).check();
    await support.getByRole('button', { name: 'Ask a support lead' }).click();
    await expect(support.getByText('Waits for a second person').first()).toBeVisible();
  }
  await lead.goto(`${demo.portalUrl}/support/approvals`);
  const card = lead.getByRole('region', { name: /^Suspend enforcement in Sandbox/ });
  await card.getByLabel('A word to who asked').fill(NOTE);
  await card.getByRole('button', { name: /^Approve/ }).click();
  await expect(lead.getByText('In force')).toBeVisible();

  await support.goto(`${desk}/view`);
  await support.getByLabel('Why').fill(VIEWED);
  await support.getByRole('button', { name: 'View as customer' }).click();
  const banner = support.getByRole('complementary', { name: 'View as customer' });
  await banner.getByRole('button', { name: 'End view' }).click();
  await support.waitForURL(/\/support\/accounts\/acc_/);

  await support.goto(demo.portalUrl + keyPath);
  await support.getByLabel('Why').fill(ASKED);
  await support.getByLabel('This key is to be revoked everywhere.').check();
  await support.getByRole('button', { name: 'Ask a support lead' }).click();
  await support.waitForURL(/\/support\/compromise\/[^/]+$/);
  return new URL(support.url()).pathname;
}

async function invitationPath(dataDir: string): Promise<string> {
  const link = async () => {
    const all = await mailsIn(dataDir);
    return all.map(({ text }) => /\/invitation\/\S+/.exec(text)?.[0] ?? '').join('');
  };
  await expect.poll(link, SOON).toContain('/invitation/');
  return link();
}

async function mailsAreText(browser: Browser, { dataDir }: Tree): Promise<void> {
  const page = await (await browser.newContext()).newPage();
  const mails = await mailsIn(dataDir);
  const told = mails.map(({ text }) => text).join('\n');
  for (const field of [ACCOUNT, OWNER, KEY, LABEL, PASSKEY, ASKED]) expect(told).toContain(field);
  for (const { headers, subject, html } of mails) {
    expect(new Set(headers).size).toBe(headers.length);
    expect(html, subject).not.toMatch(MARKUP);
    await page.setContent(html);
    expect(await page.locator('img[src="x"]').count(), subject).toBe(0);
  }
  await page.context().close();
}

/** No cell begins as a formula does, in the trail and in the refused calls. */
async function csvIsText({ demo }: Tree, api: Rest, page: Page): Promise<void> {
  const folder = newFolder();
  const trail = await api('GET', '/audit-events/export?format=csv');
  const refused = await page.request.get(`${demo.portalUrl}/activity/export`);
  for (const csv of [String(trail.json.text), await refused.text()]) {
    const file = join(folder, 'export.csv');
    writeFileSync(file, csv);
    const cells: string[] = JSON.parse((await run('python3', ['-c', READ_CSV, file])).stdout);
    expect(cells.filter((cell) => cell.includes('=1+1<img')).length).toBeGreaterThan(0);
    expect(cells.filter((cell) => /^[=+\-@\t\r\n]/.test(cell))).toEqual([]);
  }
}

/** Every page there is, by its folder; those of /design are drawn from fixtures for whoever builds the portal. */
function pagePatterns(): { file: string; pattern: RegExp }[] {
  const app = join(import.meta.dirname, '../app');
  return readdirSync(app, { recursive: true, encoding: 'utf8' })
    .filter((file) => /(^|\/)page\.tsx$/.test(file) && !file.startsWith('design'))
    .map((file) => {
      const path = file.replace(/page\.tsx$/, '').replaceAll(/\([^)]*\)\//g, '');
      const pattern = path.replaceAll(/\[[^\]]*\]/g, '[^/]+').replace(/\/$/, '');
      return { file, pattern: new RegExp(`^/${pattern}$`) };
    });
}
