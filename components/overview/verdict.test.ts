import { describe, expect, it } from 'vitest';
import type { CertificateView, OverviewView } from '@/lib/contract/views';
import type { EnforcementMode, Environment } from '@/lib/kernel/environments';
import { DAY_MS } from '@/lib/kernel/time';
import { verdictOf } from './verdict';

const NOW = new Date('2026-11-18T14:05:00.000Z');

function certificate(environment: Environment, daysLeft: number, label: string): CertificateView {
  return {
    ...{ id: `crt_${label}`, environment, status: 'live', label, subject: 'CN=a.example' },
    ...{ commonName: `${label}.example`, sans: [], serialHex: '01', sha256Fingerprint: '02' },
    ...{ issuer: 'CA', keyLabel: 'EC P-256', slot: 1, createdBy: 'Ines', lastSeenAt: null },
    notBefore: new Date(NOW.getTime() - (365 - daysLeft) * DAY_MS).toISOString(),
    notAfter: new Date(NOW.getTime() + daysLeft * DAY_MS).toISOString(),
    createdAt: NOW.toISOString(),
    ...{ revokedAt: null, revokedBy: null, revocationReason: null, pem: '' },
    ...{ replacesId: null, revokeWhenIdleDays: null },
  };
}

function overview(
  certificates: CertificateView[],
  modes: Record<Environment, EnforcementMode>,
): OverviewView {
  const enforcement = (['production', 'sandbox'] as const).map((environment) => ({
    ...{ environment, mode: modes[environment], inherited: false },
    ...{
      changedAt: null,
      changedBy: null,
      observedSince: null,
      trial: null,
      schedule: null,
      suspension: null,
    },
  }));
  return {
    account: {
      ...{ id: 'acc_1', name: 'Meridian', legalName: 'Meridian', enforcement },
      ...{ liveLimit: 5, liveCount: certificates.length },
    },
    slots: [1, 2, 3, 4, 5].map((slot) => {
      const one = certificates[slot - 1];
      return one ? { slot, kind: 'live', certificate: one } : { slot, kind: 'free' };
    }),
    apiClients: [],
    issuedCount: certificates.length,
    now: NOW.toISOString(),
  };
}

const off = { production: 'off', sandbox: 'off' } as const;
const enforced = { production: 'enforce', sandbox: 'off' } as const;
const textOf = (view: OverviewView) =>
  verdictOf(view)
    .sentences.map(({ text }) => text)
    .join(' ');

describe('the verdict', () => {
  it('is one line of facts when all is well', () => {
    const view = overview([certificate('production', 42, 'ERP')], enforced);
    expect(textOf(view)).toBe('Production is enforced. 1 of 5 slots used. Next expiry in 42 days.');
  });

  it('says that enforcement is suspended, and not that every call is refused', () => {
    const view = overview([], enforced);
    const suspension = {
      from: NOW.toISOString(),
      until: new Date(NOW.getTime() + DAY_MS).toISOString(),
      by: 'Sam Support',
    };
    const [production] = view.account.enforcement;
    if (production) production.suspension = suspension;
    expect(textOf(view)).toMatch(/^Enforcement in Production is suspended until \d\d:\d\d UTC\./);
    expect(verdictOf(view).consequence).not.toContain('refused');
  });

  it('names the environment that is enforced when it is not production', () => {
    const view = overview([certificate('sandbox', 90, 'Web')], {
      production: 'off',
      sandbox: 'enforce',
    });
    expect(textOf(view)).toMatch(/^Sandbox is enforced\. Production is not\./);
  });

  it('says of what is observed, and of what is on trial, that it is not enforced for good', () => {
    const held = [certificate('production', 90, 'ERP'), certificate('sandbox', 90, 'Web')];
    const observed = overview(held, { production: 'observe', sandbox: 'enforce' });
    expect(textOf(observed)).toMatch(
      /^Sandbox is enforced\. Production is observed, not enforced\./,
    );
    const tried = overview(held, enforced);
    for (const one of tried.account.enforcement) {
      if (one.environment !== 'production') continue;
      one.trial = {
        ...{ startedAt: NOW.toISOString(), endsAt: NOW.toISOString() },
        ...{ before: 'off', provedAt: null },
      };
    }
    expect(textOf(tried)).toMatch(/^Production is enforced on trial\./);
    expect(verdictOf(tried)).toMatchObject({
      consequence: expect.stringContaining('At 14:05 UTC that ends by itself'),
      act: { href: '/enforcement?environment=production' },
    });
  });

  it('says first that everything is refused when an enforced environment has nothing live', () => {
    const verdict = verdictOf(overview([certificate('sandbox', 90, 'Web')], enforced));
    expect(verdict.sentences[0]).toEqual({
      text: 'Production is enforced without a live certificate.',
      tone: 'refused',
    });
    expect(verdict.consequence).toContain('Every call to production is refused now.');
    expect(verdict.act?.href).toBe('/certificates/new?environment=production');
  });

  it('offers to renew what expires next', () => {
    const view = overview(
      [certificate('production', 200, 'WMS'), certificate('sandbox', 9, 'ERP & co')],
      off,
    );
    expect(verdictOf(view).act).toEqual({
      text: 'Renew ERP & co',
      href: '/certificates/crt_ERP & co/renew',
    });
  });

  it('names everything that expires soon, and not the first alone', () => {
    const view = overview(
      [certificate('production', 12, 'WMS'), certificate('production', 9, 'ERP')],
      off,
    );
    const { consequence, act } = verdictOf(view);
    expect(consequence).toBe(
      'ERP and WMS expire within 12 days, the first in 9 days. Calls with each will then be refused. Renew them.',
    );
    expect(act?.text).toBe('Renew ERP');
  });

  it('is calm about an expiry whose renewal has another label and name', () => {
    const old = certificate('production', 9, 'ERP');
    const renewal = { ...certificate('production', 360, 'Other'), replacesId: old.id };
    expect(verdictOf(overview([old, renewal], off)).act?.text).toBe('Open ERP');
  });

  it('is calm about an expiry that a newer certificate of the same label or name takes over', () => {
    const old = certificate('production', 9, 'ERP');
    const renewed = { ...certificate('production', 360, 'ERP'), id: 'crt_new' };
    const elsewhere = { ...renewed, environment: 'sandbox' as const };
    const verdict = verdictOf(overview([old, renewed], off));
    expect(verdict.sentences.at(-1)).toEqual({ text: 'Next expiry in 9 days.', tone: 'quiet' });
    expect(verdict.act).toEqual({ text: 'Open ERP', href: '/certificates/crt_ERP' });
    expect(verdictOf(overview([old, elsewhere], off)).act?.text).toBe('Renew ERP');
    const renamed = { ...renewed, label: 'ERP 2027' };
    expect(verdictOf(overview([old, renamed], off)).act?.text).toBe('Open ERP');
  });

  it('sends people to make room when something expires and every slot is used', () => {
    const all = [9, 40, 50, 60, 70].map((days) => certificate('production', days, `c${days}`));
    const verdict = verdictOf(overview(all, off));
    expect(verdict.consequence).toContain('All slots are used');
    expect(verdict.act?.href).toBe('/certificates?status=live');
  });

  it('starts a newcomer with the first certificate', () => {
    expect(verdictOf(overview([], off)).act).toEqual({
      text: 'Issue certificate',
      href: '/certificates/new',
    });
  });
});
