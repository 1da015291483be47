import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestPortal, type TestPortal } from '@/lib/start-up/testing';
import { setEnforcement } from './change';
import { getEnforcement } from './read';
import { enforcementTag } from './tag';

let portal: TestPortal;
beforeAll(async () => {
  portal = await openTestPortal();
});
afterAll(() => portal.stop());

describe('the tag of what is enforced', () => {
  const read = async (account: Awaited<ReturnType<TestPortal['newAccount']>>) =>
    getEnforcement(account.as('viewer'), 'sandbox');

  it('RFC 9110, 8.8.3.1: is the same while nothing changes, and another after a change', async () => {
    const account = await portal.newAccount();
    const before = enforcementTag(await read(account));
    expect(enforcementTag(await read(account))).toBe(before);
    await setEnforcement(account.key(), 'sandbox', { mode: 'observe' });
    expect(enforcementTag(await read(account))).not.toBe(before);
  });

  it('RFC 9110, 13.1.1: of two who change what both have read, the second is refused and told what is there', async () => {
    const account = await portal.newAccount();
    const ifMatch = enforcementTag(await read(account));
    await setEnforcement(account.key(), 'sandbox', { mode: 'observe', ifMatch });
    const current = await read(account);
    await expect(
      setEnforcement(account.key(), 'sandbox', { mode: 'off', ifMatch }),
    ).rejects.toMatchObject({
      code: 'precondition_failed',
      members: { current, etag: enforcementTag(current) },
    });
    expect(current.mode).toBe('observe');
  });

  it.each([
    ['any', async () => '*'],
    ['one of a list', async (tag: string) => `"other", ${tag}`],
  ])('RFC 9110, 13.1.1: %s of the tags named is enough', async (_what, header) => {
    const account = await portal.newAccount();
    const ifMatch = await header(enforcementTag(await read(account)));
    const view = await setEnforcement(account.key(), 'sandbox', { mode: 'observe', ifMatch });
    expect(view.mode).toBe('observe');
  });

  it('RFC 9110, 13.1.1: a weak tag matches nothing', async () => {
    const account = await portal.newAccount();
    const ifMatch = `W/${enforcementTag(await read(account))}`;
    const weak = setEnforcement(account.key(), 'sandbox', { mode: 'observe', ifMatch });
    await expect(weak).rejects.toThrow('precondition_failed');
  });
});
