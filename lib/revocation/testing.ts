/** The addresses below /pki/ on a port of their own, and openssl asking there. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { issueCertificate } from '@/lib/certificates/issue';
import { issuerBook, type KnownIssuer } from '@/lib/issuers/book';
import { pemOf } from '@/lib/pki/pem';
import { opensslCsr, type TestPortal } from '@/lib/start-up/testing';
import { pkiFront } from './pki-front';

export type PkiServer = {
  readonly url: string;
  /** With the certificates of all CAs in it, as `<id>.pem`, and all of them as `bundle.pem`. */
  readonly folder: string;
  close(): void;
};

export async function pkiServer(): Promise<PkiServer> {
  const front = pkiFront();
  const server = createServer((request, response) => {
    if (!front.take(request, response)) response.writeHead(418).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const folder = mkdtempSync(join(tmpdir(), 'countersign-pki-'));
  const all = issuerBook().all();
  for (const { id, certificateDer } of all) {
    writeFileSync(join(folder, `${id}.pem`), pemOf(certificateDer, 'CERTIFICATE'));
  }
  const bundle = all.map(({ certificateDer }) => pemOf(certificateDer, 'CERTIFICATE')).join('');
  writeFileSync(join(folder, 'bundle.pem'), bundle);
  return {
    url: `http://127.0.0.1:${address.port}`,
    folder,
    close() {
      front.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

export function caOf(environment: 'production' | 'sandbox' | null): KnownIssuer {
  const found = issuerBook()
    .all()
    .find((one) => one.environment === environment);
  if (!found) throw new Error(`no CA for ${environment}`);
  return found;
}

/** Never throws: what openssl says is what is looked at. */
export function openssl(folder: string, ...args: string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile('openssl', args, { cwd: folder }, (_error, stdout, stderr) => {
      resolve(`${stderr}${stdout}`);
    });
  });
}

/** What `openssl ocsp` makes of the answer about these serials. */
export function askOcsp(
  pki: PkiServer,
  ca: KnownIssuer,
  serials: readonly string[],
  ...args: string[]
): Promise<string> {
  const asked = serials.flatMap((serial) => ['-serial', `0x${serial}`]);
  const how = ['-issuer', `${ca.id}.pem`, '-CAfile', 'bundle.pem', ...args];
  return openssl(pki.folder, 'ocsp', ...how, ...asked, '-url', `${pki.url}/pki/${ca.id}/ocsp`);
}

export type Issued = { id: string; serialHex: string; as: ReturnType<Account['as']>; pem: string };
type Account = Awaited<ReturnType<TestPortal['newAccount']>>;

/** In production, each of an account of its own. */
export async function issue(portal: TestPortal): Promise<Issued> {
  const account = await portal.newAccount();
  const as = account.as('manage_mtls');
  const { csr } = opensslCsr();
  const made = await issueCertificate(as, { csr, environment: 'production' });
  return { id: made.id, serialHex: made.serialHex, as, pem: made.pem };
}
