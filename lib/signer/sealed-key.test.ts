import { beforeAll, describe, expect, it } from 'vitest';
import { openSecret, SealError, type SealingKey, sealingKeyFrom, sealSecret } from './sealed-key';

const SALT = new TextEncoder().encode('sixteen bytes 00');
const SECRET = new TextEncoder().encode('what nobody may read');
let key: SealingKey;

beforeAll(async () => {
  key = await sealingKeyFrom('correct horse', SALT);
});

describe('sealed secrets', () => {
  it('open with the key that sealed them, each time with a nonce of its own', () => {
    const [one, two] = [sealSecret(SECRET, key), sealSecret(SECRET, key)];
    expect(openSecret(one, key)).toEqual(SECRET);
    expect(openSecret(two, key)).toEqual(SECRET);
    expect(one).not.toBe(two);
    expect(one).not.toContain(Buffer.from(SECRET).toString('base64').slice(0, 8));
  });

  it('the same passphrase gives the same key, however its letters are composed (NFC)', async () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    const sealed = sealSecret(SECRET, await sealingKeyFrom(composed, SALT));
    expect(openSecret(sealed, await sealingKeyFrom(decomposed, SALT))).toEqual(SECRET);
  });

  it.each([
    ['another passphrase', 'correct horsf', SALT],
    ['no passphrase', '', SALT],
    ['another salt', 'correct horse', new Uint8Array(16)],
  ])('%s does not open them, and the reason says so', async (_what, passphrase, salt) => {
    const sealed = sealSecret(SECRET, key);
    const other = await sealingKeyFrom(passphrase, salt);
    expect(() => openSecret(sealed, other)).toThrow(SealError);
    expect(() => openSecret(sealed, other)).toThrow('another passphrase');
  });

  it('no character can be changed, dropped or added', () => {
    const sealed = sealSecret(SECRET, key);
    for (let at = 0; at < sealed.length; at += 1) {
      const other = sealed[at] === 'A' ? 'B' : 'A';
      const [head, tail] = [sealed.slice(0, at), sealed.slice(at + 1)];
      for (const changed of [head + other + tail, head + tail, `${head}A${sealed.slice(at)}`]) {
        expect(() => openSecret(changed, key), changed).toThrow(SealError);
      }
    }
  });

  it.each([
    ['empty text', ''],
    ['no object', 'null'],
    ['another object', '{}'],
    [
      'a shorter tag',
      '{"v":1,"alg":"scrypt-aes-256-gcm","nonce":"AAAAAAAAAAAAAAAA","ciphertext":"AAAA","tag":"AAAA"}',
    ],
  ])('%s is refused as damaged', (_what, text) => {
    expect(() => openSecret(text, key)).toThrow('damaged');
  });

  it('a later version is named', () => {
    const later = sealSecret(SECRET, key).replace('"v":1', '"v":2');
    expect(() => openSecret(later, key)).toThrow('version 2');
  });
});
