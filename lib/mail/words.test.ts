import { describe, expect, it } from 'vitest';
import type { NoticeData } from './notices';
import { type PersonalMail, personalWords } from './personal-words';
import { wordsOf } from './words';

const about = {
  ...{ certificateId: 'crt_1', label: 'ERP primary', commonName: 'erp.meridian.example' },
  ...{ serialHex: '6F3A91C0', notAfter: '2027-11-18T14:05:00.000Z' },
  environment: 'production',
} as const;
const given = {
  place: { publicUrl: 'https://portal.example', providerName: 'Example Bank' },
  reader: 'Ines Duarte',
  accountName: 'Meridian Freight',
};
const act = { by: 'Sam Support', reason: 'Asked for by phone' };
const NOTICES: NoticeData[] = [
  { kind: 'certificate-issued', ...about, by: 'Ines' },
  { kind: 'certificate-revoked', ...about, by: 'Ines' },
  { kind: 'certificate-expiring', ...about, daysLeft: 7, successor: null },
  { kind: 'certificate-expired', ...about, successor: 'ERP 2028' },
  { kind: 'enforcement-changed', environment: 'sandbox', mode: 'enforce', by: 'Ines' },
  { kind: 'account-suspended', ...act },
  { kind: 'account-resumed', ...act },
  { kind: 'plan-changed', ...act, plan: 'none' },
  { kind: 'plan-changed', ...act, plan: 'standard' },
  { kind: 'live-limit-changed', ...act, from: 5, to: 10 },
  { kind: 'rights-granted', ...act, email: 'priya@meridian.example' },
  { kind: 'suspension-started', ...act, environment: 'production', until: '2026-11-21T19:00:00Z' },
  { kind: 'suspension-ended', environment: 'production', by: null },
  { kind: 'suspension-ended', environment: 'production', by: 'Ines' },
  { kind: 'key-compromised', ...act, spkiSha256: 'AB'.repeat(32), revoked: 2 },
];

describe('the words of a mail', () => {
  it.each(NOTICES)(
    '$kind: says the same in text and in HTML, with one act that leads here',
    (data) => {
      const { subject, text, html } = wordsOf(data, given);
      const plain = html
        .replace(/<style>.*?<\/style>|<title>.*?<\/title>|<[^>]+>/gs, ' ')
        .replaceAll('&#39;', "'");
      for (const line of text.split('\n').filter((one) => /^[A-Z].*[.]$/.test(one))) {
        expect(plain).toContain(line);
      }
      expect(subject.endsWith('(Meridian Freight)')).toBe(true);
      expect(html.match(/https?:\/\/[^"<\s]+/g)).toEqual([
        expect.stringMatching(/^https:\/\/portal\.example\//),
      ]);
      expect(text).toContain('https://portal.example/');
      expect(html).not.toMatch(/<img|<script|BEGIN/);
    },
  );

  it('leads with the fact, and says whether something takes over', () => {
    const [, , expiring, expired] = NOTICES;
    expect(expiring && wordsOf(expiring, given).subject).toMatch(
      /^Production certificate ERP primary expires in 7 days/,
    );
    expect(expiring && wordsOf(expiring, given).text).toContain('Nothing replaces it yet.');
    expect(expired && wordsOf(expired, given).text).toContain('ERP 2028 is there to replace it.');
  });

  it('a label is text: no markup of it is alive, and no line break reaches a header', () => {
    const label = '<script>alert(1)</script>"\'&\r\nBcc: all@example.com';
    const { subject, html } = wordsOf(
      { kind: 'certificate-issued', ...about, label, by: '<b>' },
      given,
    );
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).not.toMatch(/<script|<b>/);
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;');
  });
});

const PERSONAL: PersonalMail[] = [
  {
    ...{ kind: 'invitation', accountName: 'Meridian Freight', by: 'Ines', role: 'Viewer' },
    ...{ path: '/invitation?token=a', expiresAt: '2027-11-18T14:05:00.000Z' },
  },
  { kind: 'password-reset', path: '/reset?token=a', minutes: 30 },
  { kind: 'password-changed', how: 'reset' },
  { kind: 'email-change', path: '/email?token=a', minutes: 30, from: 'ines@meridian.example' },
  { kind: 'email-changed', to: 'ines@freight.example' },
  { kind: 'second-factor-changed', what: 'You added the passkey Laptop.' },
  ...[{ kind: 'new-sign-in' as const, device: 'Firefox', address: '192.0.2.1', at: '2027-11-18' }],
];

describe('the words of a mail to one person', () => {
  it.each(PERSONAL)('$kind: says the same in text and in HTML, with one act', (data) => {
    const { text, html } = personalWords(data, { place: given.place, reader: null });
    const plain = html.replace(/<style>.*?<\/style>|<title>.*?<\/title>|<[^>]+>/gs, ' ');
    for (const line of text.split('\n').filter((one) => /^[A-Z].*[.]$/.test(one))) {
      expect(plain).toContain(line);
    }
    expect(html.match(/https?:\/\/[^"<\s]+/g)).toHaveLength(1);
    expect(text).toContain('https://portal.example/');
  });

  it('a name of an account is text: no markup of it is alive, and no line break reaches a header', () => {
    const hostile = '<img src=x onerror=alert(1)>\r\nBcc: all@example.com';
    const { subject, html } = personalWords(
      {
        ...{ kind: 'invitation', accountName: hostile, by: hostile, role: 'Viewer' },
        ...{ path: '/invitation?token=a', expiresAt: '2027-11-18T14:05:00.000Z' },
      },
      { place: given.place, reader: hostile },
    );
    expect(subject).not.toMatch(/[\r\n]/);
    expect(html).not.toContain('<img');
  });
});
