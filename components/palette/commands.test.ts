import { describe, expect, it } from 'vitest';
import type { CertificateView } from '@/lib/contract/views';
import { type CommandFacts, commandsOf, foundBy, groupsOf } from './commands';

const erp: CertificateView = {
  ...{ id: 'crt_1', environment: 'production', status: 'live', label: 'ERP primary', subject: '' },
  ...{ commonName: 'erp.meridian.example', sans: [], serialHex: '6F3A91C0', issuer: 'CA' },
  ...{ sha256Fingerprint: '02', keyLabel: 'EC P-256', slot: 1, createdBy: 'Ines', pem: '' },
  ...{ replacesId: null, revokeWhenIdleDays: null },
  ...{ notBefore: '2026-01-01T00:00:00Z', notAfter: '2027-01-01T00:00:00Z' },
  ...{ createdAt: '2026-01-01T00:00:00Z', lastSeenAt: null },
  ...{ revokedAt: null, revokedBy: null, revocationReason: null },
};
const facts: CommandFacts = {
  places: ['overview', 'certificates', 'connect'],
  account: { id: 'acc_1' },
  memberships: [
    { accountId: 'acc_1', name: 'Meridian' },
    { accountId: 'acc_2', name: 'Harbour' },
  ],
  may: { issue: true, revoke: true, enforce: true },
  certificates: [erp],
};
const namesFor = (typed: string, given = facts) =>
  foundBy(commandsOf(given), typed).map((one) => one.name);

describe('the palette', () => {
  it('offers acts on certificates of the one environment that somebody manages', () => {
    expect(namesFor('erp', { ...facts, actsIn: 'production' })).toContain('Revoke ERP primary');
    const elsewhere = namesFor('erp', { ...facts, actsIn: 'sandbox' });
    expect(elsewhere).toContain('Download ERP primary');
    expect(elsewhere).not.toContain('Renew ERP primary');
    expect(elsewhere).not.toContain('Revoke ERP primary');
  });

  it('picks what begins with the word typed before what only mentions it', () => {
    expect(namesFor('issue')[0]).toBe('Issue certificate');
    expect(namesFor('install')).toEqual(['Connect']);
  });

  it('finds a certificate by label, name in it, or serial number, with what can be done to it', () => {
    for (const typed of ['erp', 'erp.meridian', '6f3a91c0', 'primary production']) {
      expect(namesFor(typed)).toEqual(
        expect.arrayContaining(['ERP primary', 'Renew ERP primary', 'Revoke ERP primary']),
      );
    }
    expect(namesFor('')).toContain('ERP primary');
    expect(namesFor('')).not.toContain('Revoke ERP primary');
  });

  it('offers no act that the person may not do, and none on what is over', () => {
    const may = { issue: false, revoke: false, enforce: false };
    expect(namesFor('', { ...facts, may })).not.toContain('Issue certificate');
    expect(namesFor('erp', { ...facts, may })).toEqual(['ERP primary', 'Download ERP primary']);
    const over = { ...facts, certificates: [{ ...erp, status: 'revoked' as const }] };
    expect(namesFor('erp', over)).not.toContain('Revoke ERP primary');
  });

  it('offers the other accounts, and nothing for words that mean nothing', () => {
    expect(namesFor('harbour')).toEqual(['Harbour']);
    expect(namesFor('no such thing')).toEqual([]);
  });

  it('puts the group with the best match first', () => {
    expect(groupsOf(foundBy(commandsOf(facts), 'erp'))[0]).toBe('Certificates');
    expect(new Set(commandsOf(facts).map((one) => one.id)).size).toBe(commandsOf(facts).length);
  });
});
