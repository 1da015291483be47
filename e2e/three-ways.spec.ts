/** Each door of the new-certificate page, to a certificate that the real edge accepts; and the key that never leaves. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright/test';
import {
  type Carried,
  type Form,
  recordAll,
  whereCarried,
  writtenForms,
} from './support/key-search';
import { curl, newFolder, openssl, run } from './support/shell';
import { apiClient, expect, signIn, test } from './support/test';
import type { Tree } from './support/tree';

const TEST_PATH = '/connection/v1/testauthentication';
const ISSUED = /\/certificates\/(?!new)[^/?]+$/;

test.use({ copy: 'three-ways' });
test.describe.configure({ mode: 'serial' });

async function open(page: Page, tree: Tree, way: string): Promise<void> {
  await page.goto(`${tree.demo.portalUrl}/certificates/new?way=${way}&environment=sandbox`);
}

async function fillSubject(page: Page, commonName: string): Promise<void> {
  await page.getByLabel('Common name').fill(commonName);
  await page.getByLabel('City').fill('Oakland');
  await page.getByLabel('State or province').fill('California');
  await page.getByLabel('Country').fill('US');
}

async function save(page: Page, button: string, path: string): Promise<string> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: button, exact: true }).click();
  const file = await download;
  await file.saveAs(path);
  return file.suggestedFilename();
}

/** The status of a call with the certificate at the edge of sandbox. */
async function called(tree: Tree, cert: string, key: string, extra: string[] = []) {
  const { mtlsUrl, caFile } = tree.demo.edges.sandbox;
  const user = apiClient(tree.demo, 'sandbox');
  const credential = { cert, key };
  const url = `${mtlsUrl}${TEST_PATH}`;
  return (await curl({ url, caFile, user, credential, extra })).status;
}

async function downloadChain(page: Page, path: string): Promise<void> {
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: /Download (Full chain|certificate), PEM/ }).click();
  await (await download).saveAs(path);
}

test('write me the command: what it prints, run, becomes a certificate that the edge accepts', async ({
  page,
  tree,
}) => {
  const folder = newFolder();
  await signIn(page, tree.demo, 'admin');
  await open(page, tree, 'command');
  await fillSubject(page, 'builder.meridian.example');
  await page.getByLabel('More names').fill('b.meridian.example');
  await page.getByLabel('Kind of key').selectOption('EC P-384');
  await page.getByRole('radio', { name: /None/ }).check();
  const command = page.getByRole('region', { name: 'Command', exact: true }).locator('pre');
  await expect(command).toContainText('DNS:b.meridian.example');
  const written = await run('sh', ['-c', await command.innerText()], { cwd: folder });
  expect(written.code).toBe(0);
  const csr = readFileSync(join(folder, 'builder.csr'), 'utf8');
  await page.getByLabel('Certificate signing request').fill(csr);
  await expect(page.getByText('Signature verifies')).toBeVisible();
  await page.getByRole('button', { name: 'Issue certificate' }).click();
  await page.waitForURL(ISSUED);
  const chain = join(folder, 'builder-fullchain.pem');
  await downloadChain(page, chain);
  expect(await called(tree, chain, join(folder, 'builder.key'))).toBe('200');
});

test('write me the command, with keytool: its request is taken as well', async ({ page, tree }) => {
  const folder = newFolder();
  await signIn(page, tree.demo, 'admin');
  await open(page, tree, 'command');
  await fillSubject(page, 'java.meridian.example');
  await page.getByRole('radio', { name: 'keytool' }).check();
  const command = page.getByRole('region', { name: 'Command', exact: true }).locator('pre');
  await expect(command).toContainText('keytool -certreq');
  const told = 'keytool() { command keytool "$@" -storepass walkthrough; }';
  const written = await run('sh', ['-c', `${told}\n${await command.innerText()}`], { cwd: folder });
  expect(written.code).toBe(0);
  const csr = readFileSync(join(folder, 'java.csr'), 'utf8');
  await page.getByLabel('Certificate signing request').fill(csr);
  await expect(page.getByText('Signature verifies')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Issue certificate' })).toBeEnabled();
});

test('without scripts the command is written by the button, faults and all', async ({
  browser,
  tree,
}) => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page, tree.demo, 'admin');
  await open(page, tree, 'command');
  await page.getByLabel('Common name').fill('*.meridian.example');
  await page.getByRole('radio', { name: 'step' }).check();
  await page.getByRole('button', { name: 'Write the command' }).click();
  await page.waitForURL(/cn=/);
  const main = page.getByRole('main');
  await expect(main).toContainText('step certificate create --csr');
  await expect(main).toContainText('wildcards are refused');
  await expect(page.getByRole('radio', { name: /Sandbox/ })).toBeChecked();
  await open(page, tree, 'browser');
  await expect(main).toContainText('Making a key here needs scripts');
  await expect(page.getByRole('button', { name: 'Make key' })).toBeHidden();
  await page.getByRole('link', { name: 'Write me the command' }).last().click();
  await page.waitForURL(/way=command/);
  await context.close();
});

for (const kind of ['EC P-256', 'RSA 2048'] as const) {
  test(`make the key here, ${kind}: key, certificate and PKCS #12 work, and no request carries the key`, async ({
    page,
    tree,
  }) => {
    const folder = newFolder();
    const at = (name: string) => join(folder, name);
    const name = kind === 'EC P-256' ? 'tab' : 'oldtab';
    await signIn(page, tree.demo, 'admin');
    const carried: Carried[] = recordAll(page);
    await open(page, tree, 'browser');
    await fillSubject(page, `${name}.meridian.example`);
    await page.getByLabel('Kind of key').selectOption(kind);
    await page.getByRole('button', { name: 'Offer a password' }).click();
    const password = await page.getByLabel('Password of the key file').inputValue();
    expect(password).toHaveLength(23);
    await page.getByRole('button', { name: 'Make key' }).click();
    await expect(page.getByRole('heading', { name: 'Save your private key' })).toBeFocused();
    await expect(page.getByRole('button', { name: 'Issue certificate' })).toBeDisabled();
    const suggested = await save(page, `Download ${name}.key`, at('a.key'));
    expect(suggested).toBe(`${name}.key`);
    await page.getByRole('button', { name: 'Issue certificate' }).click();
    await expect(page.getByRole('heading', { name: 'Certificate issued' })).toBeFocused();
    await save(page, 'Download PKCS #12', at('modern.p12'));
    await save(page, 'Download PKCS #12 for old systems', at('old.p12'));
    await downloadChain(page, at('chain.pem'));

    const pass = ['-passin', `pass:${password}`];
    const plain = await openssl(folder, ['pkey', '-in', 'a.key', ...pass]);
    for (const file of ['modern.p12', 'old.p12']) {
      await openssl(folder, [
        'pkcs12',
        '-in',
        file,
        '-nodes',
        '-nocerts',
        '-out',
        'b.pem',
        ...pass,
      ]);
      expect(await openssl(folder, ['pkey', '-in', 'b.pem'])).toBe(plain);
    }
    expect(await called(tree, at('chain.pem'), at('a.key'), ['--pass', password])).toBe('200');
    const bundle = ['--cert-type', 'P12', '--pass', password];
    expect(await called(tree, at('modern.p12'), at('a.key'), bundle)).toBe('200');

    // Away from the page, as whatever is sent on leaving counts as well.
    await page.getByRole('link', { name: 'Show certificate' }).click();
    await page.waitForURL(ISSUED);
    const forms = writtenForms(plain, [password, readFileSync(at('a.key'), 'utf8')]);
    expect(carried.filter((one) => /CERTIFICATE.REQUEST/.test(one.text))).not.toEqual([]);
    expect(whereCarried(carried, forms)).toEqual([]);
    await findsKeysThatAreSent(page, forms);
  });
}

/** The search is worth nothing if it cannot find: each form, in the body, a header or the address of a real request. */
async function findsKeysThatAreSent(page: Page, forms: readonly Form[]): Promise<void> {
  for (const { name, pieces } of forms) {
    for (const piece of pieces) {
      const sent = { what: 'POST /', text: `a=${encodeURIComponent(piece)}&b` };
      expect(whereCarried([{ ...sent, text: `a=${piece}&b` }], forms), name).not.toEqual([]);
      if (/^[\x20-\x7e]*$/.test(piece)) expect(whereCarried([sent], forms), name).not.toEqual([]);
    }
  }
  const secret = forms.find(({ name }) => name.startsWith('d, base64 '))?.pieces[0] ?? '';
  for (const how of ['body', 'header', 'address'] as const) {
    const carried = recordAll(page);
    await page.evaluate(
      async ([place, text]) => {
        const query = place === 'address' ? `?x=${encodeURIComponent(text)}` : '';
        const body = place === 'body' ? { method: 'POST', body: `{"x":"${text}"}` } : {};
        const headers = place === 'header' ? { headers: { 'x-note': text } } : {};
        await fetch(`/sign-in${query}`, { ...body, ...headers });
      },
      [how, secret] as const,
    );
    expect(whereCarried(carried, forms), how).not.toEqual([]);
  }
}

test('leaving while the key is unsaved is asked about, and staying keeps it', async ({
  page,
  tree,
}) => {
  await signIn(page, tree.demo, 'admin');
  await open(page, tree, 'browser');
  await page.getByLabel('Common name').fill('leaving.meridian.example');
  await page.getByRole('button', { name: 'Offer a password' }).click();
  await page.getByRole('button', { name: 'Make key' }).click();
  await expect(page.getByRole('heading', { name: 'Save your private key' })).toBeVisible();
  const asked: string[] = [];
  page.once('dialog', (dialog) => {
    asked.push(dialog.message());
    return dialog.dismiss();
  });
  await page.getByRole('link', { name: 'I have a CSR' }).click();
  expect(asked).toEqual([expect.stringContaining('Your private key is not saved')]);
  await expect(page.getByRole('heading', { name: 'Save your private key' })).toBeVisible();
  await page.getByRole('button', { name: 'I saved it another way' }).click();
  await page.getByRole('link', { name: 'I have a CSR' }).click();
  await page.waitForURL(/way=upload/);
  await expect(page.getByLabel('Certificate signing request')).toBeVisible();
});

test('a password that protects nothing makes no key, and says why', async ({ page, tree }) => {
  await signIn(page, tree.demo, 'admin');
  await open(page, tree, 'browser');
  await page.getByRole('button', { name: 'Make key' }).click();
  const form = page.getByRole('form', { name: 'Key to make' });
  await expect(form).toContainText('The password is empty');
  await expect(form).toContainText('Type the common name first');
  await page.getByLabel('Common name').fill('weak.meridian.example');
  await page.getByLabel('Password of the key file').fill('short');
  await page.getByLabel('Password again').fill('shorter');
  await expect(form).toContainText('has 5 characters. Use at least 12');
  await expect(form).toContainText('The two differ');
  await page.getByRole('button', { name: 'Make key' }).click();
  await expect(page.getByRole('heading', { name: 'Save your private key' })).toHaveCount(0);
});

test('where the browser has no WebCrypto the page says so, and names the other way', async ({
  page,
  tree,
}) => {
  await signIn(page, tree.demo, 'admin');
  // What a plain http address on the network looks like to scripts.
  await page.addInitScript(() => Object.defineProperty(crypto, 'subtle', { value: undefined }));
  await open(page, tree, 'browser');
  await expect(page.getByText('This browser cannot make keys at this address')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Make key' })).toBeHidden();
});

test('a file of a wrong kind is named with what to do, and nothing of it is sent', async ({
  page,
  tree,
}) => {
  const folder = newFolder();
  const command = [
    'openssl req -x509 -newkey rsa:2048 -nodes -keyout a.key -out a.pem -subj /CN=a.example',
    'openssl pkcs12 -export -inkey a.key -in a.pem -passout pass:x -out a.p12',
    'printf "%%PDF-1.7 and more" > a.pdf',
    ': > empty.csr',
  ].join(' && ');
  expect((await run('sh', ['-c', command], { cwd: folder })).code).toBe(0);
  await signIn(page, tree.demo, 'admin');
  await open(page, tree, 'upload');
  const expected: [string, RegExp][] = [
    ['a.pdf', /a PDF document.*Copy the lines/],
    ['a.pem', /a certificate.*what you get back/],
    ['a.p12', /PKCS #12 file with a private key in it.*keytool -certreq/],
    ['a.key', /That is a private key.*not sent anywhere/],
    ['empty.csr', /The file or field is empty/],
  ];
  for (const [file, words] of expected) {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose file' }).click();
    await (await chooser).setFiles(join(folder, file));
    await expect(page.getByRole('main')).toContainText(words);
  }
});

test('I have a CSR, by keyboard alone: from the first field to the certificate', async ({
  page,
  tree,
}) => {
  const folder = newFolder();
  const subject = '/C=US/ST=California/L=Oakland/O=Meridian Freight/CN=keys.meridian.example';
  const made = 'req -new -newkey rsa:2048 -nodes -keyout a.key -out a.csr'.split(' ');
  await openssl(folder, [...made, '-subj', subject]);
  await signIn(page, tree.demo, 'admin');
  await open(page, tree, 'upload');
  await page.getByRole('link', { name: 'I have a CSR' }).focus();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'Write me the command' })).toBeFocused();
  await page.getByLabel('Certificate signing request').focus();
  await page.keyboard.insertText(readFileSync(join(folder, 'a.csr'), 'utf8'));
  await expect(page.getByText('Signature verifies')).toBeVisible();
  await page.getByRole('button', { name: 'Issue certificate' }).focus();
  await page.keyboard.press('Enter');
  await page.waitForURL(ISSUED);
  const chain = join(folder, 'chain.pem');
  await downloadChain(page, chain);
  expect(await called(tree, chain, join(folder, 'a.key'))).toBe('200');
});
