import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { leafReader } from '@/gateway/leaf-header';
import { type TestLeaf, testLeaf } from '@/gateway/testing/leaves';

const folder = mkdtempSync(join(tmpdir(), 'leaf-header-'));
let leaf: TestLeaf;
let base64: string;

beforeAll(() => {
  leaf = testLeaf(folder, 'one');
  base64 = leaf.cert.replace(/-----[^-]+-----|\n/g, '');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('the leaf in a header', () => {
  it('RFC 9440, 2.2: a byte sequence between colons', () => {
    expect(leafReader()(`:${base64}:`)).toMatchObject({
      fingerprintHex: leaf.fingerprintHex,
      clientAuth: 'allowed',
    });
  });

  it("nginx's $ssl_client_escaped_cert", () => {
    expect(leafReader()(encodeURIComponent(leaf.cert))).toMatchObject({
      fingerprintHex: leaf.fingerprintHex,
    });
  });

  it('is the same object when the same value comes again', () => {
    const read = leafReader();
    expect(read(`:${base64}:`)).toBe(read(`:${base64}:`));
  });

  it.each(['', '::'])('"%s" says that there was none', (value) => {
    expect(leafReader()(value)).toBe('none');
  });

  it('anything else is unreadable, never none', () => {
    const pem = leaf.cert;
    const values = [
      ':',
      base64,
      `:${base64}`,
      `:${base64}: `,
      `:${base64}:, :${base64}:`,
      `:${base64}=:`,
      `:${base64.slice(0, -1)}:`,
      `:-${base64.slice(1)}:`,
      encodeURIComponent(`${pem}${pem}`),
      encodeURIComponent(pem.replace('CERTIFICATE', 'PRIVATE KEY')),
      `${encodeURIComponent(pem)}%`,
      encodeURIComponent(` ${pem}`),
      '{http.request.tls.client.certificate_der_base64}',
    ];
    const read = leafReader();
    expect(values.map(read)).toEqual(values.map(() => 'unreadable'));
  });
});
