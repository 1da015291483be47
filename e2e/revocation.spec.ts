/** How software that knows nothing of us learns of a revocation: by the addresses in a certificate alone. */
import { X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { REVOCATION_REASONS } from '../lib/kernel/environments';
import { type Nginx, startNginx } from './support/nginx';
import { rest } from './support/rest';
import { curl, newFolder, newRequest, openssl, run } from './support/shell';
import { expect, SOON, test } from './support/test';
import type { Tree } from './support/tree';

test.use({ copy: 'revocation' });
test.describe.configure({ mode: 'serial' });

type Held = { id: string; name: string; serialHex: string; cert: string; key: string };
type Places = { crl: string; ocsp: string; ca: string };

const folder = newFolder();
let live: Held;

async function issue(tree: Tree, name: string): Promise<Held> {
  const { portalUrl, apiKey } = tree.demo;
  const csr = await newRequest(folder, name, `/O=Meridian Freight/CN=${name}.meridian.example`);
  const body = { csr, environment: 'production', label: name };
  const { status, json } = await rest(portalUrl, apiKey)('POST', '/certificates', body);
  expect(status, JSON.stringify(json)).toBe(201);
  const cert = join(folder, `${name}.pem`);
  writeFileSync(cert, String(json.pem));
  const serialHex = String(json.serialHex);
  return { id: String(json.id), name, serialHex, cert, key: join(folder, `${name}.key`) };
}

async function revoke(tree: Tree, { id }: Held, reason: string): Promise<void> {
  const { portalUrl, apiKey } = tree.demo;
  const path = `/certificates/${id}/revocation`;
  expect((await rest(portalUrl, apiKey)('POST', path, { reason })).status).toBe(200);
}

/** Where a certificate says that its issuer and what its issuer revoked can be read. */
async function placesIn(cert: string): Promise<Places> {
  const { infoAccess = '' } = new X509Certificate(readFileSync(cert));
  const points = ['x509', '-in', cert, '-noout', '-ext', 'crlDistributionPoints'];
  return {
    ocsp: /OCSP - URI:(\S+)/.exec(infoAccess)?.[1] ?? '',
    ca: /CA Issuers - URI:(\S+)/.exec(infoAccess)?.[1] ?? '',
    crl: /URI:(\S+)/.exec(await openssl(folder, points))?.[1] ?? '',
  };
}

async function download(url: string, name: string): Promise<void> {
  const response = await fetch(url);
  expect(response.status, url).toBe(200);
  writeFileSync(join(folder, name), Buffer.from(await response.arrayBuffer()));
}

/** CA certificates and lists by the addresses alone, from the leaf up to the root; PEM beside DER. */
async function fetchAll(): Promise<void> {
  const leaf = await placesIn(live.cert);
  await download(leaf.ca, 'issuing.crt');
  await download(leaf.crl, 'issuing.crl');
  const pem = ['-inform', 'DER', '-in', 'issuing.crt', '-out', 'issuing.pem'];
  await openssl(folder, ['x509', ...pem]);
  const issuing = await placesIn(join(folder, 'issuing.pem'));
  await download(issuing.ca, 'root.crt');
  await download(issuing.crl, 'root.crl');
  await openssl(folder, ['x509', '-inform', 'DER', '-in', 'root.crt', '-out', 'root.pem']);
  for (const name of ['issuing', 'root']) {
    await openssl(folder, ['crl', '-inform', 'DER', '-in', `${name}.crl`, '-out', `${name}.list`]);
  }
  const both = (ending: string) =>
    ['root', 'issuing'].map((name) => readFileSync(join(folder, `${name}.${ending}`))).join('');
  writeFileSync(join(folder, 'cas.pem'), both('pem'));
  writeFileSync(join(folder, 'lists.pem'), both('list'));
}

/** What `openssl ocsp` makes of the answer, by the address in the certificate. */
async function asked({ cert }: Held, ...args: string[]): Promise<string> {
  const { ocsp } = await placesIn(cert);
  const how = ['ocsp', '-issuer', 'issuing.pem', '-CAfile', 'root.pem', '-url', ocsp];
  const { stdout, stderr } = await run('openssl', [...how, '-cert', cert, ...args], {
    cwd: folder,
  });
  return `${stderr}${stdout}`;
}

async function listed(): Promise<string> {
  await fetchAll();
  return openssl(folder, ['crl', '-in', 'issuing.list', '-noout', '-text']);
}

test('a certificate leads to its issuer, the root, both lists and OCSP; openssl verifies the chain by them', async ({
  tree,
}) => {
  live = await issue(tree, 'live');
  await fetchAll();
  const lists = ['-crl_check', '-crl_check_all', '-CRLfile', 'lists.pem'];
  const chain = ['-CAfile', 'root.pem', '-untrusted', 'issuing.pem', '-x509_strict'];
  expect(await openssl(folder, ['verify', ...lists, ...chain, live.cert])).toContain(': OK');
  const words = await asked(live);
  expect(words).toContain('Response verify OK');
  expect(words).toContain(`${live.cert}: good`);
  const bundle = await fetch(`${tree.demo.portalUrl}/pki/bundle.pem`);
  expect((await bundle.text()).match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
});

test('for every reason OCSP says revoked, and the list after it', async ({ tree }) => {
  for (const reason of REVOCATION_REASONS) {
    const held = await issue(tree, reason.toLowerCase());
    expect(await asked(held, '-no_nonce')).toContain(': good');
    await revoke(tree, held, reason);
    expect(await asked(held, '-no_nonce')).toContain(': revoked');
    expect(await asked(held)).toContain(': revoked');
    await expect.poll(listed, SOON).toContain(held.serialHex);
    const lists = ['-crl_check', '-crl_check_all', '-CRLfile', 'lists.pem'];
    const chain = ['-CAfile', 'root.pem', '-untrusted', 'issuing.pem'];
    const verified = await run('openssl', ['verify', ...lists, ...chain, held.cert], {
      cwd: folder,
    });
    expect(verified.stderr).toContain('certificate revoked');
  }
  expect(await asked(live)).toContain(': good');
});

test('GnuTLS agrees by the same address', async ({ tree }) => {
  const held = await issue(tree, 'gnutls');
  const { ocsp } = await placesIn(held.cert);
  const ask = ({ cert }: Held) =>
    run('ocsptool', [`--ask=${ocsp}`, '--load-issuer=issuing.pem', `--load-cert=${cert}`], {
      cwd: folder,
    });
  expect((await ask(held)).stdout).toMatch(/Status: good[\s\S]*Verifying OCSP Response: Success/);
  await revoke(tree, held, 'superseded');
  expect((await ask(held)).stdout).toMatch(
    /Status: revoked[\s\S]*Verifying OCSP Response: Success/,
  );
});

test('addresses below /pki/ answer by any host name, and what Next would tidy away reaches OCSP', async ({
  tree,
}) => {
  const { ocsp } = await placesIn(live.cert);
  const { port, pathname } = new URL(ocsp);
  await openssl(
    folder,
    ['ocsp', '-issuer', 'issuing.pem', '-cert', live.cert].concat(
      '-no_nonce',
      '-reqout',
      'request.der',
    ),
  );
  const text = readFileSync(join(folder, 'request.der')).toString('base64');
  for (const path of [`${pathname}/${text}`, `${pathname}//${encodeURIComponent(text)}`]) {
    const headers = { host: 'pki.provider.example' };
    const media = await new Promise((resolve, reject) => {
      // fetch would tidy the address.
      const options = { hostname: '127.0.0.1', port, path, headers };
      httpRequest(options, (response) => {
        response.resume();
        resolve([response.statusCode, response.headers['content-type']]);
      })
        .once('error', reject)
        .end();
    });
    expect(media).toEqual([200, 'application/ocsp-response']);
  }
  const page = await fetch(`${tree.demo.portalUrl}/pki/nothing`);
  expect(page.status).toBe(404);
});

test.describe('nginx', () => {
  let nginx: Nginx | null = null;
  test.afterEach(async () => {
    await nginx?.stop();
    nginx = null;
  });

  async function callWith(held: Held, server: Nginx): Promise<string> {
    const { cert, key } = held;
    const { url, caFile } = server;
    const { status, body } = await curl({ url, caFile, credential: { cert, key } });
    return `${status} ${body.includes('SSL certificate error') ? 'refused' : body.trim()}`;
  }

  test('with ssl_crl refuses what is on the lists it read last', async ({ tree }) => {
    const held = await issue(tree, 'nginx-crl');
    await fetchAll();
    const inFolder = (name: string) => join(folder, name);
    nginx = await startNginx(newFolder(), [
      'ssl_verify_client on;',
      'ssl_verify_depth 2;',
      `ssl_client_certificate ${inFolder('cas.pem')};`,
      `ssl_crl ${inFolder('lists.pem')};`,
    ]);
    const server = nginx;
    await expect.poll(() => callWith(held, server), SOON).toBe('200 SUCCESS');
    await revoke(tree, held, 'keyCompromise');
    await expect.poll(listed, SOON).toContain(held.serialHex);
    expect(await callWith(held, server)).toBe('200 SUCCESS');
    await server.reload();
    await expect.poll(() => callWith(held, server), SOON).toBe('400 refused');
    expect(await callWith(live, server)).toBe('200 SUCCESS');
  });

  test('with ssl_ocsp asks for every certificate, and refuses a revoked one at once', async ({
    tree,
  }) => {
    const held = await issue(tree, 'nginx-ocsp');
    const { ocsp } = await placesIn(held.cert);
    nginx = await startNginx(newFolder(), [
      'ssl_verify_client on;',
      'ssl_verify_depth 2;',
      `ssl_client_certificate ${join(folder, 'cas.pem')};`,
      'ssl_ocsp leaf;',
      `ssl_ocsp_responder ${ocsp.replace('localhost', '127.0.0.1')};`,
    ]);
    const server = nginx;
    await expect.poll(() => callWith(held, server), SOON).toBe('200 SUCCESS');
    await revoke(tree, held, 'superseded');
    await expect.poll(() => callWith(held, server), SOON).toBe('400 refused');
    expect(await callWith(live, server)).toBe('200 SUCCESS');
  });
});
