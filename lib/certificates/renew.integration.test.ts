import { X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AppError } from '@/lib/kernel/errors';
import { acrossAccounts } from '@/lib/platform/database';
import { sha256 } from '@/lib/platform/random';
import { opensslCsr, openTestPortal, type TestPortal, testScope } from '@/lib/start-up/testing';
import { setIdleRevocation } from './idle-rule';
import { issueCertificate } from './issue';
import { listCertificates } from './list';
import { getCertificate } from './read';
import { recoverIntents } from './recover';
import { checkRenewalOf, type RenewalRequest, renewCertificate } from './renew';
import { revokeCertificate } from './revoke';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

type Account = Awaited<ReturnType<TestPortal['newAccount']>>;
const sameKey = { from: { kind: 'same key' } } as const satisfies RenewalRequest;

async function codeOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'no error',
    (error: unknown) => (error instanceof AppError ? error.code : `not an AppError: ${error}`),
  );
}

function issued(account: Account, csr = opensslCsr().csr) {
  return issueCertificate(account.key(), { csr, environment: 'production', label: 'ERP' });
}

const actionsOf = async (account: Account) => {
  const events = await acrossAccounts(testScope, (tx) =>
    tx.auditEvent.findMany({ where: { chain: account.id }, orderBy: { sequence: 'asc' } }),
  );
  return events.slice(1).map(({ action, detail }) => ({ action, detail }));
};

describe('a renewal with the same key', () => {
  it('is another certificate of the same key and names, live beside the old one, under its label and linked to it', async () => {
    const account = await portal.newAccount();
    const extra = ['-addext', 'subjectAltName=DNS:erp.meridian.example,DNS:b.meridian.example'];
    const old = await issued(account, opensslCsr({ extra }).csr);
    const made = await renewCertificate(account.key(), old.id, sameKey);
    const [before, after] = [old, made].map(({ pem }) => new X509Certificate(pem));
    const spki = (of?: X509Certificate) => of?.publicKey.export({ format: 'pem', type: 'spki' });
    expect(spki(after)).toBe(spki(before));
    expect(after?.subject).toBe(before?.subject);
    expect(after?.subjectAltName).toBe(before?.subjectAltName);
    expect(after?.serialNumber).not.toBe(before?.serialNumber);
    expect(made).toMatchObject({
      label: 'ERP',
      environment: 'production',
      status: 'live',
      slot: 2,
      replacesId: old.id,
    });
    expect(await getCertificate(account.as('viewer'), old.id)).toEqual(old);
    const events = await actionsOf(account);
    expect(events.slice(2)).toMatchObject([
      { action: 'certificate.requested', detail: { replacesId: old.id, slot: 2 } },
      { action: 'certificate.issued', detail: { replacesId: old.id } },
    ]);
  });

  it("carries the account's legal name of today, and not the one of then", async () => {
    const account = await portal.newAccount();
    const old = await issued(account);
    await acrossAccounts(testScope, (tx) =>
      tx.account.update({ where: { id: account.id }, data: { legalName: 'Meridian Lines' } }),
    );
    const made = await renewCertificate(account.key(), old.id, sameKey);
    expect(made.subject).toContain('O=Meridian Lines');
  });

  it('T9: is refused for a key that was reported as compromised, by the finding that a request with it gets', async () => {
    const account = await portal.newAccount();
    const { csr } = opensslCsr();
    const old = await issued(account, csr);
    const other = await issued(account, csr);
    await acrossAccounts(testScope, (tx) =>
      tx.blockedKey.create({
        data: { spkiSha256: spkiOf(other.pem), why: 'keyCompromise', at: new Date() },
      }),
    );
    const refusal = await renewCertificate(account.key(), old.id, sameKey).catch((e: unknown) => e);
    expect(refusal).toMatchObject({
      code: 'csr_rejected',
      members: { findings: [{ rule: 'key-known-weak' }] },
    });
    expect(await checkRenewalOf(account.as('admin'), old.id)).toMatchObject({
      acceptable: false,
      findings: [{ rule: 'key-known-weak' }],
    });
    expect((await listCertificates(account.key(), { limit: 10 })).items).toHaveLength(2);
  });

  it('T6: with the same Idempotency-Key is one certificate, and for another one a conflict', async () => {
    const account = await portal.newAccount();
    const [old, other] = [await issued(account), await issued(account)];
    const asked = { ...sameKey, idempotencyKey: 'renew-2026' };
    const [one, two] = [
      await renewCertificate(account.key(), old.id, asked),
      await renewCertificate(account.key(), old.id, asked),
    ];
    expect(two.id).toBe(one.id);
    expect(await codeOf(renewCertificate(account.key(), other.id, asked))).toBe(
      'idempotency_conflict',
    );
  });
});

describe('a renewal with a new request', () => {
  it('takes key and names from the request, and environment and label from the old one', async () => {
    const account = await portal.newAccount();
    const old = await issued(account);
    const { csr } = opensslCsr({ subject: '/CN=erp-2.meridian.example' });
    const made = await renewCertificate(account.as('admin'), old.id, {
      from: { kind: 'csr', csr },
    });
    expect(made).toMatchObject({
      commonName: 'erp-2.meridian.example',
      label: 'ERP',
      environment: 'production',
      replacesId: old.id,
    });
  });

  it('T4: that a crash cut off is finished by recovery, and still says what it renews', async () => {
    const account = await portal.newAccount();
    const old = await issued(account);
    const made = await renewCertificate(account.key(), old.id, sameKey);
    // As a kill -9 after the intent's commit would leave it.
    await acrossAccounts(testScope, async (tx) => {
      const row = await tx.certificate.delete({ where: { id: made.id } });
      await tx.intent.update({
        where: { id: row.intentId },
        data: { state: 'pending', leaseUntil: new Date(0) },
      });
    });
    await recoverIntents();
    const [found] = (await listCertificates(account.key(), { limit: 1 })).items;
    expect(found).toMatchObject({ serialHex: made.serialHex, replacesId: old.id });
  });
});

describe('what cannot be renewed', () => {
  it('is what was revoked, what is not there, and what is somebody else’s', async () => {
    const [account, other] = [await portal.newAccount(), await portal.newAccount()];
    const old = await issued(account);
    const foreign = renewCertificate(other.as('admin'), old.id, sameKey);
    expect(await codeOf(foreign)).toBe('not_found');
    expect(await codeOf(checkRenewalOf(other.as('admin'), old.id))).toBe('not_found');
    await revokeCertificate(account.key(), old.id, 'superseded');
    expect(await codeOf(renewCertificate(account.key(), old.id, sameKey))).toBe(
      'certificate_not_live',
    );
    expect(await codeOf(setIdleRevocation(account.key(), old.id, 3))).toBe('certificate_not_live');
  });

  it('T19: is anything, for who may only read', async () => {
    const account = await portal.newAccount();
    const old = await issued(account);
    for (const who of [account.as('viewer'), account.as('support'), account.key('read')]) {
      expect(await codeOf(renewCertificate(who, old.id, sameKey))).toBe('forbidden');
      expect(await codeOf(setIdleRevocation(who, old.id, 3))).toBe('forbidden');
    }
  });
});

describe('the rule that revokes an idle certificate', () => {
  it('is set with the renewal or apart, told in the audit trail, and dropped again; a repeat changes nothing', async () => {
    const account = await portal.newAccount();
    const old = await issued(account);
    await renewCertificate(account.key(), old.id, { ...sameKey, revokeOldWhenIdleDays: 5 });
    const read = () => getCertificate(account.key(), old.id);
    expect((await read()).revokeWhenIdleDays).toBe(5);
    await setIdleRevocation(account.as('admin'), old.id, 5);
    const after = await setIdleRevocation(account.as('admin'), old.id, null);
    expect(after.revokeWhenIdleDays).toBeNull();
    const rules = (await actionsOf(account)).filter(({ action }) => action.includes('idle-rule'));
    expect(rules.map(({ action }) => action)).toEqual([
      'certificate.idle-rule-set',
      'certificate.idle-rule-dropped',
    ]);
  });
});

function spkiOf(pem: string): string {
  const der = new X509Certificate(pem).publicKey.export({ format: 'der', type: 'spki' });
  return Buffer.from(sha256(der)).toString('hex').toUpperCase();
}
