import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ACCOUNT_URI, accountUri } from './profile';
import { profileDocument } from './profile-document';

describe('docs/certificate-profile.md', () => {
  it('is what the tables print; to renew it, run the command at the top of profile-document.ts', () => {
    const page = fileURLToPath(new URL('../../docs/certificate-profile.md', import.meta.url));
    expect(readFileSync(page, 'utf8')).toBe(profileDocument());
  });
});

describe('the URI of an account', () => {
  it('is one that lint knows', () => {
    expect(accountUri('acct_01jd3b8v9q', 'sandbox')).toMatch(ACCOUNT_URI);
  });

  it.each(['', 'a:b', 'a b', 'a/b'])('of the account "%s" is none', (accountId) => {
    expect(accountUri(accountId, 'sandbox')).not.toMatch(ACCOUNT_URI);
  });
});
