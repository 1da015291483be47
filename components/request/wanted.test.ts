import { describe, expect, it } from 'vitest';
import { commandOf, queryOf, subjectOf, wantedOf, wayOf } from './wanted';

describe('what is typed for a request', () => {
  const full = {
    cn: 'erp.example.com',
    names: 'a.example.com b.example.com',
    country: 'US',
    state: 'California',
    locality: 'Oakland',
    key: 'RSA 3072',
    passphrase: 'none',
    tool: 'keytool',
  };

  it('goes into the URL and comes out again unchanged', () => {
    expect(queryOf(wantedOf(full))).toEqual(full);
    expect(wantedOf(queryOf(wantedOf(full)))).toEqual(wantedOf(full));
  });

  it('leaves what is usual out of the URL', () => {
    expect(queryOf(wantedOf({}))).toEqual({});
  });

  it('falls back to what is usual for values that are none', () => {
    const odd = { key: 'DSA 1024', passphrase: 'x', tool: ['openssl', 'step'], cn: ['a', 'b'] };
    expect(wantedOf(odd)).toEqual(wantedOf({}));
    expect(wayOf({ way: 'elsewhere' })).toBe('upload');
  });

  it('carries no control character of a crafted link into a command', () => {
    const crafted = { cn: 'a.example\u0003\nrm -rf ~\r\u001b[201~', names: 'x\u2028y\u202ez' };
    const wanted = wantedOf(crafted);
    expect(commandOf(wanted, 'Meridian').replaceAll('\n', '')).not.toMatch(/\p{C}/u);
    expect(
      commandOf(wanted, 'Meridian')
        .split('\n')
        .every((line) => !/^rm/.test(line)),
    ).toBe(true);
  });

  it('takes names with white space, commas or line ends between them, each once', () => {
    const { dnsNames } = subjectOf(wantedOf({ names: 'a.x, b.x;c.x  a.x' }), 'Meridian');
    expect(dnsNames).toEqual(['a.x', 'b.x', 'c.x']);
  });

  it('leaves an organization out that no certificate request can hold', () => {
    expect(subjectOf(wantedOf({}), 'L'.repeat(65)).organization).toBeNull();
  });
});
