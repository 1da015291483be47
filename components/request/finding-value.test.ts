import { describe, expect, it } from 'vitest';
import { positionText, visible } from './finding-value';
import { requestFileOf } from './request-file';

describe('the value of a finding', () => {
  it('names one marked character by place and code point', () => {
    expect(positionText('Meridian Freight & Co', { start: 17, end: 18 })).toBe(
      'character 18, U+0026',
    );
  });

  it('counts characters as people do, not UTF-16 units', () => {
    expect(positionText('😀😀*', { start: 4, end: 5 })).toBe('character 3, U+002A');
    expect(positionText('a😀b', { start: 1, end: 3 })).toBe('character 2, U+1F600');
  });

  it('says nothing when all of it is meant', () => {
    expect(positionText('CA', { start: 0, end: 2 })).toBe('');
  });

  it('T23: shows what cannot be seen, so that text cannot pretend to be other text', () => {
    expect(visible('erp\u202Emoc.\u0000x\u200B')).toBe('erp[U+202E]moc.[U+0000]x[U+200B]');
  });
});

describe('a chosen file', () => {
  const bytes = (text: string) => new TextEncoder().encode(text);

  it('stays PEM when it is PEM', () => {
    const pem =
      '-----BEGIN CERTIFICATE REQUEST-----\r\nMIIB\r\n-----END CERTIFICATE REQUEST-----\r\n';
    expect(requestFileOf(bytes(pem))).toEqual({ kind: 'text', text: pem });
  });

  it('becomes PEM when it is DER', () => {
    const file = requestFileOf(new Uint8Array([0x30, 0x03, 0x02, 0x01, 0xff]));
    expect(file).toEqual({
      kind: 'text',
      text: '-----BEGIN CERTIFICATE REQUEST-----\nMAMCAf8=\n-----END CERTIFICATE REQUEST-----\n',
    });
  });

  it('is refused as a private key before anything is made of it', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----\n';
    expect(requestFileOf(bytes(key))).toEqual({ kind: 'private-key', is: 'private-key' });
  });

  it('is left to the findings when it is something else', () => {
    expect(requestFileOf(new Uint8Array([0x25, 0x50, 0x44, 0x46, 0x00, 0xff])).kind).toBe('other');
  });
});
