import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountScope } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { acrossAccounts, inScope } from '@/lib/platform/database';
import {
  onPostgres,
  opensslCsr,
  openTestPortal,
  type TestPortal,
  testScope,
} from '@/lib/start-up/testing';
import { downloadCertificate } from './download';
import { issueCertificate } from './issue';
import { labelCertificate } from './label';
import { listCertificates } from './list';
import { certificateDetail, getCertificate } from './read';
import { recoverIntents } from './recover';
import { revokeCertificate } from './revoke';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? error.code : `not an AppError: ${error}`),
  );
}

describe('issuing', () => {
  it('gives a certificate that openssl accepts for TLS client authentication, with the chain offered', async () => {
    const account = await portal.newAccount();
    const made = await issueCertificate(account.as('manage_mtls'), {
      csr: opensslCsr().csr,
      environment: 'production',
    });
    const folder = mkdtempSync(join(tmpdir(), 'countersign-verify-'));
    const file = (name: string, body: Uint8Array) => {
      writeFileSync(join(folder, name), body);
      return join(folder, name);
    };
    const viewer = account.as('viewer');
    const leaf = file('leaf.pem', (await downloadCertificate(viewer, made.id, 'pem')).body);
    const chain = (await downloadCertificate(viewer, made.id, 'chain')).body;
    const [issuing = '', root = ''] = Buffer.from(chain)
      .toString()
      .split(/(?<=-----END CERTIFICATE-----\n)/);
    const verdict = execFileSync(
      'openssl',
      ['verify', '-x509_strict', '-purpose', 'sslclient'].concat(
        '-CAfile',
        file('root.pem', Buffer.from(root)),
        '-untrusted',
        file('issuing.pem', Buffer.from(issuing)),
        leaf,
      ),
    );
    expect(verdict.toString()).toContain(': OK');
    const p7 = file('all.p7b', (await downloadCertificate(viewer, made.id, 'pkcs7')).body);
    const listed = execFileSync('openssl', ['pkcs7', '-print_certs', '-in', p7]).toString();
    expect(listed.match(/^subject=/gm)).toHaveLength(3);
    expect(made).toMatchObject({
      status: 'live',
      environment: 'production',
      commonName: 'erp.meridian.example',
      slot: 1,
    });
    expect(made.sans).toEqual([
      'erp.meridian.example',
      `urn:countersign:account:${account.id}:production`,
    ]);
  });

  it('writes one event for the intent and one for the certificate, and one change for the edges', async () => {
    const account = await portal.newAccount();
    const made = await issueCertificate(account.key(), {
      csr: opensslCsr().csr,
      environment: 'sandbox',
    });
    const { events, changes } = await acrossAccounts(testScope, async (tx) => ({
      events: await tx.auditEvent.findMany({
        where: { chain: account.id },
        orderBy: { sequence: 'asc' },
      }),
      changes: await tx.$queryRaw<unknown[]>`SELECT 1 FROM edge_change
        WHERE change->>'fingerprint' = ${made.sha256Fingerprint.toLowerCase()}`,
    }));
    expect(events.map((event) => event.action)).toEqual([
      'account.created',
      'certificate.requested',
      'certificate.issued',
    ]);
    expect(changes).toHaveLength(1);
  });

  it('refuses a CSR with faults by naming all of them', async () => {
    const account = await portal.newAccount();
    const { csr } = opensslCsr({
      subject: '/C=XX/O=Meridian Freight/CN=*.meridian.example',
      newkey: ['rsa:1024'],
    });
    const refusal = await issueCertificate(account.as('admin'), {
      csr,
      environment: 'sandbox',
    }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(AppError);
    const { code, members } = refusal as AppError;
    expect(code).toBe('csr_rejected');
    const errors = (members.findings as { severity: string; field: string }[]).filter(
      (finding) => finding.severity === 'error',
    );
    expect(new Set(errors.map((finding) => finding.field)).size).toBeGreaterThanOrEqual(3);
  });

  it('lets a viewer read and not issue', async () => {
    const account = await portal.newAccount();
    const request = { csr: opensslCsr().csr, environment: 'sandbox' as const };
    expect(await codeOf(issueCertificate(account.as('viewer'), request))).toBe('forbidden');
    expect(await codeOf(issueCertificate(account.as('support'), request))).toBe('forbidden');
    expect(await codeOf(issueCertificate(account.key('read'), request))).toBe('forbidden');
    expect(await codeOf(listCertificates(account.as('viewer'), { limit: 10 }))).toBe('no error');
  });
});

describe('T5: five live certificates', () => {
  // PGlite is one session and cannot race; there the same promise is shown with fewer.
  const parallel = onPostgres ? 200 : 20;

  it(`${parallel} parallel requests give exactly five, and 409 with what could be retired to the rest`, async () => {
    const account = await portal.newAccount();
    const { csr } = opensslCsr();
    const answers = await Promise.all(
      Array.from({ length: parallel }, (_, index) =>
        issueCertificate(account.key(), {
          csr,
          environment: index % 2 === 0 ? 'production' : 'sandbox',
        }).catch((error: unknown) => error),
      ),
    );
    const refusals = answers.filter((answer) => answer instanceof AppError);
    expect(refusals.map((error) => error.code)).toEqual(
      Array.from({ length: parallel - 5 }, () => 'live_limit_reached'),
    );
    const page = await listCertificates(account.as('viewer'), { status: 'live', limit: 100 });
    expect(page.items.map((item) => item.slot).sort()).toEqual([1, 2, 3, 4, 5]);
    const sixth = await issueCertificate(account.key(), { csr, environment: 'sandbox' }).catch(
      (error: unknown) => error,
    );
    expect((sixth as AppError).members.retirable).toHaveLength(5);
  });

  it('a revoked certificate frees its slot, and a repeat of the revocation changes nothing', async () => {
    const account = await portal.newAccount();
    const { csr } = opensslCsr();
    const first = await issueCertificate(account.key(), { csr, environment: 'sandbox' });
    const revoked = await revokeCertificate(account.key(), first.id, 'superseded');
    const again = await revokeCertificate(account.key(), first.id, 'cessationOfOperation');
    expect(again).toEqual(revoked);
    expect(again.revocationReason).toBe('superseded');
    const second = await issueCertificate(account.key(), { csr, environment: 'sandbox' });
    expect(second.slot).toBe(1);
    const events = await acrossAccounts(testScope, (tx) =>
      tx.auditEvent.count({ where: { chain: account.id, action: 'certificate.revoked' } }),
    );
    expect(events).toBe(1);
  });
});

describe('T6: a repeated request', () => {
  it('with the same key and body gets the same certificate, also while the first is being made', async () => {
    const account = await portal.newAccount();
    const request = {
      csr: opensslCsr().csr,
      environment: 'sandbox' as const,
      idempotencyKey: 'nightly-2026-11-21',
    };
    const answers = await Promise.all(
      [1, 2, 3].map(() => issueCertificate(account.key(), request)),
    );
    expect(new Set(answers.map((answer) => answer.id)).size).toBe(1);
    const other = { ...request, environment: 'production' as const };
    expect(await codeOf(issueCertificate(account.key(), other))).toBe('idempotency_conflict');
  });

  it('of two accounts may use the same Idempotency-Key', async () => {
    const [one, two] = [await portal.newAccount(), await portal.newAccount()];
    const made = await Promise.all(
      [one, two].map((account) =>
        issueCertificate(account.key(), {
          csr: opensslCsr().csr,
          environment: 'sandbox',
          idempotencyKey: 'same',
        }),
      ),
    );
    expect(made[0]?.id).not.toBe(made[1]?.id);
  });
});

describe('tenancy', () => {
  it('T9: a public key of another account is refused without saying whose it is', async () => {
    const [one, two] = [await portal.newAccount(), await portal.newAccount()];
    const { csr } = opensslCsr();
    await issueCertificate(one.key(), { csr, environment: 'sandbox' });
    const refusal = await issueCertificate(two.key(), { csr, environment: 'sandbox' }).catch(
      (error: unknown) => error,
    );
    expect((refusal as AppError).code).toBe('public_key_in_use');
    expect(JSON.stringify(refusal)).not.toContain(one.id);
  });

  it('T19: a foreign certificate is not found, to read, to download and to revoke', async () => {
    const [one, two] = [await portal.newAccount(), await portal.newAccount()];
    const { id } = await issueCertificate(one.key(), {
      csr: opensslCsr().csr,
      environment: 'sandbox',
    });
    expect(await codeOf(getCertificate(two.as('admin'), id))).toBe('not_found');
    expect(await codeOf(downloadCertificate(two.as('admin'), id, 'pem'))).toBe('not_found');
    expect(await codeOf(revokeCertificate(two.as('admin'), id, 'superseded'))).toBe('not_found');
  });

  it('T19: inside a Scope the role is the application role, which sees no foreign row and no CA key', async () => {
    const [one, two] = [await portal.newAccount(), await portal.newAccount()];
    await issueCertificate(one.key(), { csr: opensslCsr().csr, environment: 'sandbox' });
    const scope = accountScope(testScope, two.id, 'certificates.read');
    const seen = await inScope(scope, async (tx) => ({
      role: await tx.$queryRaw<{ role: string }[]>`SELECT current_user AS role`,
      certificates: await tx.certificate.count(),
      accounts: await tx.account.findMany({ select: { id: true } }),
      events: await tx.auditEvent.count({ where: { chain: { not: two.id } } }),
    }));
    expect(seen).toEqual({
      role: [{ role: 'countersign_app' }],
      certificates: 0,
      accounts: [{ id: two.id }],
      events: 0,
    });
    await expect(inScope(scope, (tx) => tx.deployment.count())).rejects.toThrow(
      'permission denied',
    );
    await expect(
      inScope(scope, (tx) => tx.auditEvent.deleteMany({ where: { chain: two.id } })),
    ).rejects.toThrow('permission denied');
    const after = await acrossAccounts(
      testScope,
      (tx) => tx.$queryRaw<{ role: string }[]>`SELECT current_user AS role`,
    );
    expect(after[0]?.role).not.toBe('countersign_app');
  });
});

describe('T4: a crash between intent and certificate', () => {
  it('leaves an intent that recovery finishes once, with the very bytes of the intent', async () => {
    const account = await portal.newAccount();
    const made = await issueCertificate(account.key(), {
      csr: opensslCsr().csr,
      environment: 'sandbox',
    });
    // As a kill -9 after the intent's commit would leave it.
    await acrossAccounts(testScope, async (tx) => {
      const row = await tx.certificate.delete({ where: { id: made.id } });
      await tx.intent.update({
        where: { id: row.intentId },
        data: { state: 'pending', leaseUntil: new Date(0) },
      });
    });
    const results = await Promise.all([recoverIntents(), recoverIntents()]);
    expect(results.reduce((sum, result) => sum + result.finished, 0)).toBe(1);
    const page = await listCertificates(account.as('viewer'), { limit: 10 });
    expect(page.items.map((item) => item.serialHex)).toEqual([made.serialHex]);
  });

  it('voids an intent older than 15 minutes and frees its slot', async () => {
    const account = await portal.newAccount();
    const made = await issueCertificate(account.key(), {
      csr: opensslCsr().csr,
      environment: 'sandbox',
    });
    await acrossAccounts(testScope, async (tx) => {
      const row = await tx.certificate.delete({ where: { id: made.id } });
      await tx.intent.update({
        where: { id: row.intentId },
        data: { state: 'pending', leaseUntil: new Date(0), createdAt: new Date(0) },
      });
    });
    expect((await recoverIntents()).voided).toBe(1);
    const slots = await acrossAccounts(testScope, (tx) =>
      tx.slot.count({ where: { accountId: account.id } }),
    );
    expect(slots).toBe(0);
  });
});

describe('values whose type is only claimed, as the bound arguments of a server action are', () => {
  // A cast, since this is what a client does to us.
  const filter = { not: '' } as unknown as string;

  it('T19: an object in the place of an id names nothing, and changes nothing', async () => {
    const account = await portal.newAccount();
    for (const environment of ['sandbox', 'production'] as const) {
      await issueCertificate(account.key(), { csr: opensslCsr().csr, environment });
    }
    const admin = account.as('admin');
    expect(await codeOf(getCertificate(admin, filter))).toBe('not_found');
    expect(await codeOf(certificateDetail(admin, filter))).toBe('not_found');
    expect(await codeOf(downloadCertificate(admin, filter, 'pem'))).toBe('not_found');
    expect(await codeOf(labelCertificate(admin, filter, 'mine'))).toBe('not_found');
    expect(await codeOf(revokeCertificate(admin, filter, 'superseded'))).toBe('not_found');
    expect(await codeOf(revokeCertificate(admin, 'crt_\u0000', 'superseded'))).toBe('not_found');
    const page = await listCertificates(admin, { status: 'live', limit: 10 });
    expect(page.items).toHaveLength(2);
  });
});
