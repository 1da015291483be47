import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { revokeCertificate } from '@/lib/certificates/revoke';
import { REVOCATION_REASONS } from '@/lib/kernel/environments';
import { DAY_MS } from '@/lib/kernel/time';
import { currentTime, setClock } from '@/lib/platform/clock';
import { deployment, setDeployment } from '@/lib/platform/deployment';
import { newId } from '@/lib/platform/random';
import { SignerGone } from '@/lib/signer/port';
import { openTestPortal, type TestPortal } from '@/lib/start-up/testing';
import { acrossRevocations } from './across';
import { requestIn } from './ocsp-http';
import { askOcsp, caOf, type Issued, issue, openssl, type PkiServer, pkiServer } from './testing';

let portal: TestPortal;
let pki: PkiServer;
beforeAll(async () => {
  portal = await openTestPortal();
  pki = await pkiServer();
});
afterAll(async () => {
  setClock(null);
  pki.close();
  await portal.stop();
});

const NEVER_GIVEN = '4DEADBEEF'.padEnd(32, '0');
const ask = (serials: readonly string[], ...args: string[]) =>
  askOcsp(pki, caOf('production'), serials, ...args);

describe('openssl ocsp', () => {
  it.each([
    ['by SHA-1 with a nonce', []],
    ['by SHA-1', ['-no_nonce']],
    ['by SHA-256 with a nonce', ['-sha256']],
    ['by SHA-256', ['-sha256', '-no_nonce']],
  ])('RFC 6960, 2.2: good, revoked and unknown, as the database has it, %s', async (_how, args) => {
    const [live, revoked] = [await issue(portal), await issue(portal)];
    await revokeCertificate(revoked.as, revoked.id, 'superseded');
    const words = await ask([live.serialHex, revoked.serialHex, NEVER_GIVEN], ...args);
    expect(words).toContain('Response verify OK');
    expect(words).not.toMatch(/WARNING|error/i);
    expect(words).toContain(`0x${live.serialHex}: good`);
    expect(words).toContain(`0x${revoked.serialHex}: revoked`);
    expect(words).toContain(`0x${NEVER_GIVEN}: unknown`);
  });

  it.each(REVOCATION_REASONS)(
    'tells the reason %s and the time of a revocation',
    async (reason) => {
      const one = await issue(portal);
      const { revokedAt } = await revokeCertificate(one.as, one.id, reason);
      const words = await ask([one.serialHex]);
      expect(words).toContain(`0x${one.serialHex}: revoked`);
      // openssl has words for the reasons up to removeFromCRL.
      const said = { unspecified: undefined, privilegeWithdrawn: '(UNKNOWN)' };
      expect(/Reason: (\S+)/.exec(words)?.[1]).toBe(reason in said ? Object(said)[reason] : reason);
      const at = new Date(/Revocation Time: (.*)/.exec(words)?.[1] ?? '').getTime();
      expect(at).toBe(Math.floor(Date.parse(revokedAt ?? '') / 1000) * 1000);
    },
  );

  it('a revocation here is told at once, one of another portal soon', async () => {
    const [here, there] = [await issue(portal), await issue(portal)];
    for (const { serialHex } of [here, there]) {
      expect(await ask([serialHex], '-no_nonce')).toContain(': good');
    }
    await revokeCertificate(here.as, here.id, 'superseded');
    expect(await ask([here.serialHex], '-no_nonce')).toContain(': revoked');
    await acrossRevocations((tx) =>
      tx.certificate.update({ where: { id: there.id }, data: { revokedAt: new Date() } }),
    );
    const asked = () => ask([there.serialHex], '-no_nonce');
    await expect.poll(asked, { timeout: 40_000, interval: 50 }).toContain(': revoked');
  });

  it('the root answers for the CAs below it, and a responder for its own serial', async () => {
    const [root, ca] = [caOf(null), caOf('production')];
    const serial = (await openssl(pki.folder, 'x509', '-in', `${ca.id}.pem`, '-noout', '-serial'))
      .trim()
      .replace('serial=', '');
    const words = await askOcsp(pki, root, [serial]);
    expect(words).toContain('Response verify OK');
    expect(words).toContain(`0x${serial}: good`);
    const [own] = await acrossRevocations((tx) =>
      tx.ocspResponder.findMany({ where: { issuerId: ca.id } }),
    );
    expect(await ask([own?.serialHex ?? ''])).toContain(': good');
  });

  it('never says good of a serial that no certificate has: one of an intent that was given up', async () => {
    const one = await issue(portal);
    const serialHex = `${one.serialHex.slice(0, 24)}${'0'.repeat(8)}`;
    await acrossRevocations(async (tx) => {
      const intent = await tx.intent.findFirstOrThrow({ where: { serialHex: one.serialHex } });
      const { id: _id, idempotencyKey: _key, actor, ...rest } = intent;
      const given = { ...rest, actor: Object(actor), state: 'void', serialHex };
      await tx.intent.create({ data: { ...given, id: newId('intent') } });
    });
    expect(await ask([serialHex])).toContain(`0x${serialHex}: unknown`);
  });

  it('RFC 6960, 2.3: unauthorized for another CA at this address, malformedRequest for no request', async () => {
    const [production, sandbox] = [caOf('production'), caOf('sandbox')];
    const one = await issue(portal);
    const url = ['-url', `${pki.url}/pki/${sandbox.id}/ocsp`];
    const how = ['ocsp', '-issuer', `${production.id}.pem`, '-serial', `0x${one.serialHex}`];
    expect(await openssl(pki.folder, ...how, ...url)).toContain('unauthorized (6)');
    const headers = { 'Content-Type': 'application/ocsp-request' };
    for (const body of [Buffer.from('no request'), Buffer.alloc(0)]) {
      const answer = await fetch(`${pki.url}/pki/${production.id}/ocsp`, {
        method: 'POST',
        headers,
        body,
      });
      expect(answer.status).toBe(200);
      expect(Buffer.from(await answer.arrayBuffer()).toString('hex')).toBe('30030a0101');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    }
  });
});

describe('GnuTLS ocsptool', () => {
  it('agrees about good and revoked, with and without a nonce', async () => {
    const [live, revoked] = [await issue(portal), await issue(portal)];
    await revokeCertificate(revoked.as, revoked.id, 'keyCompromise');
    const ca = caOf('production');
    const asked = ({ serialHex, pem }: Issued, nonce: string) => {
      writeFileSync(join(pki.folder, `${serialHex}.pem`), pem);
      const url = `--ask=${pki.url}/pki/${ca.id}/ocsp`;
      const certificates = [`--load-cert=${serialHex}.pem`, `--load-issuer=${ca.id}.pem`];
      return ocsptool([url, nonce, ...certificates]);
    };
    for (const nonce of ['--nonce', '--no-nonce']) {
      const good = await asked(live, nonce);
      expect(good).toContain('Verifying OCSP Response: Success');
      expect(good).toContain('Certificate Status: good');
      const gone = await asked(revoked, nonce);
      expect(gone).toContain('Verifying OCSP Response: Success');
      expect(gone).toMatch(/Certificate Status: revoked|Revocation time/);
    }
  });

  function ocsptool(args: readonly string[]): Promise<string> {
    return new Promise((resolve) => {
      execFile('ocsptool', args, { cwd: pki.folder }, (_error, stdout, stderr) =>
        resolve(`${stdout}${stderr}`),
      );
    });
  }
});

async function requestDer(serialHex: string): Promise<Buffer> {
  const { id } = caOf('production');
  const asked = ['-serial', `0x${serialHex}`, '-no_nonce', '-reqout', 'request.der'];
  await openssl(pki.folder, 'ocsp', '-issuer', `${id}.pem`, ...asked);
  return readFileSync(join(pki.folder, 'request.der'));
}

describe('RFC 5019: over HTTP', () => {
  it('5 and 6.2: the same answer by GET and POST, which caches may keep for a minute', async () => {
    const one = await issue(portal);
    const der = await requestDer(one.serialHex);
    const url = `${pki.url}/pki/${caOf('production').id}/ocsp`;
    const headers = { 'Content-Type': 'application/ocsp-request' };
    const posted = await fetch(url, { method: 'POST', headers, body: new Uint8Array(der) });
    const got = await fetch(`${url}/${encodeURIComponent(der.toString('base64'))}`);
    for (const answer of [posted, got]) {
      expect(answer.headers.get('content-type')).toBe('application/ocsp-response');
      expect(answer.headers.get('cache-control')).toMatch(
        /^max-age=(60|5\d), public, no-transform, must-revalidate$/,
      );
      const [since, until] = ['last-modified', 'expires'].map((name) =>
        Date.parse(answer.headers.get(name) ?? ''),
      );
      expect((until ?? 0) - (since ?? 0)).toBe(600_000);
    }
    const etag = got.headers.get('etag') ?? '';
    expect(Buffer.from(await got.arrayBuffer())).toEqual(Buffer.from(await posted.arrayBuffer()));
    const path = `${url}/${encodeURIComponent(der.toString('base64'))}`;
    expect((await fetch(path, { headers: { 'If-None-Match': etag } })).status).toBe(304);
    const head = await fetch(path, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag')]).toEqual([200, etag]);
  });

  it('5: an address with +, / and // in it, encoded or not, is one and the same request', async () => {
    // The serial is chosen so that the base 64 of the request has both signs, and two slashes in a row.
    const der = await requestDer(`4${'F'.repeat(26)}BEFBE`);
    const text = der.toString('base64');
    expect(text).toMatch(/\/\//);
    const base = `/pki/${caOf('production').id}/ocsp`;
    const forms = [
      `${base}/${text}`,
      `${base}//${text}`,
      `${base}/${encodeURIComponent(text)}`,
      `${base}/${text.replaceAll('+', '%2b')}`,
      `${base}/${text.replace(/=+$/, '')}`,
    ];
    const bodies = await Promise.all(forms.map((path) => rawGet(path)));
    for (const { status, length } of bodies) {
      expect(status).toBe(200);
      expect(length).toBeGreaterThan(500);
    }
    expect(requestIn(`/${text.replaceAll('+', ' ')}`)).toEqual(der);
  });

  it('an answer with a nonce is kept by nobody', async () => {
    const one = await issue(portal);
    const { id } = caOf('production');
    await openssl(
      pki.folder,
      ...['ocsp', '-issuer', `${id}.pem`, '-reqout', 'nonce.der'].concat(
        '-serial',
        `0x${one.serialHex}`,
      ),
    );
    const text = readFileSync(join(pki.folder, 'nonce.der')).toString('base64');
    const answer = await fetch(`${pki.url}/pki/${id}/ocsp/${encodeURIComponent(text)}`);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('etag')).toBeNull();
  });

  it('a long request is answered and not kept, so that nobody fills the memory with them', async () => {
    const one = await issue(portal);
    const { id } = caOf('production');
    const asked = async (times: number) => {
      const serials = Array(times).fill(['-serial', `0x${one.serialHex}`]);
      const file = ['-no_nonce', '-reqout', 'long.der'];
      await openssl(pki.folder, 'ocsp', '-issuer', `${id}.pem`, ...file, ...serials.flat());
      const text = readFileSync(join(pki.folder, 'long.der')).toString('base64');
      const answer = await fetch(`${pki.url}/pki/${id}/ocsp/${encodeURIComponent(text)}`);
      await answer.arrayBuffer();
      return [answer.status, answer.headers.get('cache-control')?.split(/[=,]/)[0]];
    };
    expect(await asked(2)).toEqual([200, 'max-age']);
    expect(await asked(20)).toEqual([200, 'no-store']);
  });

  it('says in words what is wrong with another method, type, size or address', async () => {
    const { id } = caOf('production');
    const url = `${pki.url}/pki/${id}`;
    const headers = { 'Content-Type': 'application/ocsp-request' };
    const status = async (address: string, init: RequestInit = {}) => {
      const response = await fetch(address, init);
      const words = await response.text();
      expect(words.trim()).toMatch(/^[A-Z].*\.$/);
      return response.status;
    };
    expect(await status(`${url}/ocsp`)).toBe(400);
    expect(await status(`${url}/ocsp`, { method: 'PUT', headers, body: 'x' })).toBe(405);
    expect(await status(`${url}/ocsp`, { method: 'POST', body: 'x' })).toBe(415);
    const body = 'x'.repeat(16_385);
    expect(await status(`${url}/ocsp`, { method: 'POST', headers, body })).toBe(413);
    expect(await status(`${url}/ca.crl`, { method: 'POST', body: 'x' })).toBe(405);
    expect(await status(`${url}/ca.key`)).toBe(404);
    expect(await status(`${url}/ca.crl/more`)).toBe(404);
    expect(await status(`${pki.url}/pki/iss_00000000000000000000000000/ca.crl`)).toBe(404);
    expect(await status(`${pki.url}/pki/..%2f..%2fetc/passwd`)).toBe(404);
    expect((await fetch(`${pki.url}/pki`)).status).toBe(418);
  });

  function rawGet(path: string): Promise<{ status: number | undefined; length: number }> {
    return new Promise((resolve, reject) => {
      const { hostname, port } = new URL(pki.url);
      // fetch would tidy the address.
      httpRequest({ hostname, port, path }, (response) => {
        let length = 0;
        response.on('data', (chunk: Buffer) => {
          length += chunk.length;
        });
        response.on('end', () => resolve({ status: response.statusCode, length }));
      })
        .once('error', reject)
        .end();
    });
  }
});

describe('CA certificates', () => {
  it('RFC 2585, 4: as DER and PEM, and all of them in the bundle, read by openssl', async () => {
    const { id } = caOf('production');
    const der = await fetch(`${pki.url}/pki/${id}/ca.crt`);
    expect(der.headers.get('content-type')).toBe('application/pkix-cert');
    writeFileSync(join(pki.folder, 'got.der'), Buffer.from(await der.arrayBuffer()));
    const named = ['-noout', '-subject'];
    const subject = await openssl(pki.folder, 'x509', '-inform', 'DER', '-in', 'got.der', ...named);
    expect(subject).toContain('Test Provider Production Client CA 1');
    writeFileSync(
      join(pki.folder, 'got.pem'),
      await (await fetch(`${pki.url}/pki/${id}/ca.pem`)).text(),
    );
    expect(await openssl(pki.folder, 'x509', '-in', 'got.pem', ...named)).toBe(subject);
    const bundle = await (await fetch(`${pki.url}/pki/bundle.pem`)).text();
    expect(bundle.match(/BEGIN CERTIFICATE/g)).toHaveLength(3);
    expect(
      bundle.startsWith(await (await fetch(`${pki.url}/pki/${caOf(null).id}/ca.pem`)).text()),
    ).toBe(true);
  });
});

describe('the key that answers', () => {
  it('is another after half of its three days, and with the signer gone the old one goes on', async () => {
    const one = await issue(portal);
    const count = () => acrossRevocations((tx) => tx.ocspResponder.count());
    expect(await ask([one.serialHex])).toContain(': good');
    const before = await count();
    const here = deployment();
    const signOcspResponder = () => Promise.reject(new SignerGone('the signer does not answer'));
    setDeployment({ ...here, signer: { ...here.signer, signOcspResponder } });
    const later = new Date(currentTime().getTime() + 1.6 * DAY_MS);
    setClock({ now: () => later });
    try {
      const far = [
        '-validity_period',
        '999999',
        '-attime',
        String(Math.floor(later.getTime() / 1000)),
      ];
      const words = await ask([one.serialHex], ...far);
      expect(words).toContain('Response verify OK');
      expect(words).toContain(': good');
      const gone = new Date(later.getTime() + 2 * DAY_MS);
      setClock({ now: () => gone });
      expect(await ask([one.serialHex], ...far)).toContain('trylater (3)');
    } finally {
      setDeployment(here);
      setClock(null);
    }
    expect(await count()).toBeGreaterThan(before);
  });
});
