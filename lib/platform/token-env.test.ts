import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tokenEnv } from './token-env';

const folder = mkdtempSync(join(tmpdir(), 'countersign-pin-'));
afterAll(() => rmSync(folder, { recursive: true }));
const pinFile = join(folder, 'pin');
const base = { PKCS11_MODULE: '/usr/lib/hsm.so', PKCS11_TOKEN: 'ca keys' };

describe('the settings of a token', () => {
  it('without a module there is no token', () => {
    expect(tokenEnv({ PKCS11_TOKEN: 'ca keys', PKCS11_PIN: '1234' })).toBeNull();
    expect(tokenEnv({ PKCS11_MODULE: '' })).toBeNull();
  });

  it('the PIN comes from the environment or from a file, without the end of its line', () => {
    const token = { modulePath: '/usr/lib/hsm.so', tokenLabel: 'ca keys', pin: ' 1234' };
    expect(tokenEnv({ ...base, PKCS11_PIN: ' 1234' })).toEqual(token);
    writeFileSync(pinFile, ' 1234\n');
    expect(tokenEnv({ ...base, PKCS11_PIN_FILE: pinFile })).toEqual(token);
  });

  it.each([
    [{ PKCS11_MODULE: '/usr/lib/hsm.so', PKCS11_PIN: '1234' }, 'PKCS11_TOKEN'],
    [base, 'either PKCS11_PIN or PKCS11_PIN_FILE'],
    [{ ...base, PKCS11_PIN: '1234', PKCS11_PIN_FILE: pinFile }, 'either PKCS11_PIN or'],
    [{ ...base, PKCS11_PIN_FILE: join(folder, 'none') }, 'cannot be read'],
  ])('%o is refused', (env, words) => {
    expect(() => tokenEnv(env)).toThrow(words);
  });

  it('a file of several lines is refused, and none of them shown', () => {
    writeFileSync(pinFile, '1234\n5678\n');
    const open = () => tokenEnv({ ...base, PKCS11_PIN_FILE: pinFile });
    expect(open).toThrow('should have the PIN on one line');
    expect(open).not.toThrow('5678');
  });
});
