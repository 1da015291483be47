import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { revokeCertificate } from '@/lib/certificates/revoke';
import { issuerBook } from '@/lib/issuers/book';
import { REVOCATION_REASONS } from '@/lib/kernel/environments';
import { DAY_MS } from '@/lib/kernel/time';
import { deployment, setDeployment } from '@/lib/platform/deployment';
import { SignerGone } from '@/lib/signer/port';
import { openTestPortal, type TestPortal } from '@/lib/start-up/testing';
import { acrossRevocations } from './across';
import { revocationLists } from './lists';
import { caOf, issue, openssl, type PkiServer, pkiServer } from './testing';

const LONG = { timeout: 40_000, interval: 50 };

let portal: TestPortal;
let pki: PkiServer;
beforeAll(async () => {
  portal = await openTestPortal();
  pki = await pkiServer();
});
afterAll(async () => {
  pki.close();
  await portal.stop();
});

const crlUrl = (id: string) => `${pki.url}/pki/${id}/ca.crl`;

/** The list as `openssl crl` reads and verifies it. */
async function listOf(id: string): Promise<string> {
  const response = await fetch(crlUrl(id));
  if (response.status !== 200) return `status ${response.status}`;
  writeFileSync(join(pki.folder, `${id}.crl`), Buffer.from(await response.arrayBuffer()));
  const args = ['-inform', 'DER', '-in', `${id}.crl`, '-noout', '-text', '-verify'];
  return openssl(pki.folder, 'crl', ...args, '-CAfile', `${id}.pem`);
}

const numberIn = (text: string) => Number(/CRL Number:\s+(\d+)/.exec(text)?.[1]);

/** What of a list stands under one serial. */
function entryIn(text: string, serialHex: string): string | undefined {
  return text.split('Serial Number: ').find((part) => part.startsWith(serialHex));
}

describe('revocation lists', () => {
  it('there is one of every CA soon after the first start, the root too, and openssl verifies it', async () => {
    for (const { id } of issuerBook().all()) {
      await expect.poll(() => listOf(id), LONG).toContain('verify OK');
      expect(await listOf(id)).toContain('No Revoked Certificates');
    }
    expect(issuerBook().all()).toHaveLength(3);
  });

  it('RFC 5280, 5.3.1: a revocation comes onto the list by itself, with its reason; numbers only rise', async () => {
    const { id } = caOf('production');
    const words: Record<string, string> = {
      keyCompromise: 'Key Compromise',
      affiliationChanged: 'Affiliation Changed',
      superseded: 'Superseded',
      cessationOfOperation: 'Cessation Of Operation',
      privilegeWithdrawn: 'Privilege Withdrawn',
    };
    let number = numberIn(await listOf(id));
    for (const reason of REVOCATION_REASONS) {
      const one = await issue(portal);
      await revokeCertificate(one.as, one.id, reason);
      await expect.poll(() => listOf(id), LONG).toContain(one.serialHex);
      const text = await listOf(id);
      expect(text).toContain('verify OK');
      const entry = entryIn(text, one.serialHex);
      if (reason === 'unspecified') expect(entry).not.toContain('Reason');
      else expect(entry).toContain(words[reason]);
      expect(numberIn(text)).toBeGreaterThan(number);
      number = numberIn(text);
    }
    expect(await listOf(caOf('sandbox').id)).toContain('No Revoked Certificates');
  });

  it('openssl verify: a revoked leaf is refused by the list, a live one and the whole chain pass', async () => {
    const [live, revoked] = [await issue(portal), await issue(portal)];
    await revokeCertificate(revoked.as, revoked.id, 'superseded');
    const [ca, root] = [caOf('production'), caOf(null)];
    await expect.poll(() => listOf(ca.id), LONG).toContain(revoked.serialHex);
    await listOf(root.id);
    for (const { id } of [ca, root]) {
      await openssl(
        pki.folder,
        'crl',
        '-inform',
        'DER',
        '-in',
        `${id}.crl`,
        '-out',
        `${id}.crl.pem`,
      );
    }
    const how = ['-crl_check', '-crl_check_all', '-x509_strict', '-CAfile', `${root.id}.pem`];
    const lists = [ca, root].flatMap(({ id }) => ['-CRLfile', `${id}.crl.pem`]);
    const verified = (name: string, pem: string) => {
      writeFileSync(join(pki.folder, name), pem);
      return openssl(pki.folder, 'verify', ...how, ...lists, '-untrusted', `${ca.id}.pem`, name);
    };
    expect(await verified('live.pem', live.pem)).toContain('live.pem: OK');
    expect(await verified('revoked.pem', revoked.pem)).toContain('certificate revoked');
  });

  it('RFC 9110, 13.1: ETag and Last-Modified answer 304 until the list is another', async () => {
    const { id } = caOf('production');
    const first = await fetch(crlUrl(id));
    expect(first.headers.get('content-type')).toBe('application/pkix-crl');
    expect(first.headers.get('cache-control')).toMatch(/^public, max-age=\d+, no-transform, must/);
    const etag = first.headers.get('etag') ?? '';
    const since = first.headers.get('last-modified') ?? '';
    for (const headers of [{ 'If-None-Match': etag }, { 'If-None-Match': `"x", W/${etag}` }]) {
      expect((await fetch(crlUrl(id), { headers })).status).toBe(304);
    }
    const conditional = await fetch(crlUrl(id), { headers: { 'If-Modified-Since': since } });
    expect(conditional.status).toBe(304);
    const one = await issue(portal);
    await revokeCertificate(one.as, one.id, 'unspecified');
    const again = () => fetch(crlUrl(id), { headers: { 'If-None-Match': etag } });
    await expect.poll(async () => (await again()).status, LONG).toBe(200);
  });

  it('what another portal made and revoked is served here too', async () => {
    const { id } = caOf('production');
    const one = await issue(portal);
    await acrossRevocations((tx) =>
      tx.certificate.update({
        where: { id: one.id },
        data: { revokedAt: new Date(), revocationReason: 'superseded' },
      }),
    );
    await expect.poll(() => listOf(id), LONG).toContain(one.serialHex);
  });

  it('RFC 5280, 3.3: forgets what expired a whole period ago', async () => {
    const { id } = caOf('production');
    const one = await issue(portal);
    await revokeCertificate(one.as, one.id, 'unspecified');
    await expect.poll(() => listOf(id), LONG).toContain(one.serialHex);
    const other = await issue(portal);
    await acrossRevocations((tx) =>
      tx.certificate.update({
        where: { id: one.id },
        data: { notAfter: new Date(Date.now() - 8 * DAY_MS) },
      }),
    );
    await revokeCertificate(other.as, other.id, 'unspecified');
    await expect.poll(() => listOf(id), LONG).toContain(other.serialHex);
    expect(await listOf(id)).not.toContain(one.serialHex);
  });

  it('T26: after a restore of an older database the number is above what the signer has signed', async () => {
    const { id } = caOf('production');
    const before = numberIn(await listOf(id));
    await acrossRevocations((tx) =>
      tx.crl.update({
        where: { issuerId: id },
        data: { claimed: 1n, number: 1n, thisUpdate: new Date(0) },
      }),
    );
    await expect.poll(async () => numberIn(await listOf(id)), LONG).toBeGreaterThan(before);
  });

  it('with the signer gone the old list stays, and the next one comes when it is back', async () => {
    const { id } = caOf('production');
    const here = deployment();
    const one = await issue(portal);
    const before = numberIn(await listOf(id));
    const signCrl = () => Promise.reject(new SignerGone('the signer does not answer'));
    setDeployment({ ...here, signer: { ...here.signer, signCrl } });
    try {
      await revokeCertificate(one.as, one.id, 'superseded');
      const claimed = async () =>
        Number(
          (await acrossRevocations((tx) => tx.crl.findUnique({ where: { issuerId: id } })))
            ?.claimed,
        );
      await expect.poll(claimed, LONG).toBeGreaterThan(before + 1);
      expect(numberIn(await listOf(id))).toBe(before);
    } finally {
      setDeployment(here);
    }
    await expect.poll(() => listOf(id), LONG).toContain(one.serialHex);
    expect(revocationLists().of(id)?.number).toBeGreaterThan(before + 1);
  });
});
