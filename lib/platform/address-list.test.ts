import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressList, isWithin } from './address-list';

describe('addressList', () => {
  it.each([
    ['203.0.113.7', ['203.0.113.7/32']],
    ['203.0.113.0/24, 198.51.100.4', ['203.0.113.0/24', '198.51.100.4/32']],
    ['2001:DB8:0:0::/48', ['2001:db8::/48']],
    ['2001:db8::1', ['2001:db8::1/128']],
    ['::ffff:192.0.2.1', ['::ffff:c000:201/128']],
    ['10.0.0.0/8\n10.0.0.0/8', ['10.0.0.0/8']],
    ['', []],
  ])('%j', (text, ranges) => {
    expect(addressList(text)).toEqual(ranges);
  });

  it.each([
    ['203.0.113.7/24', 'write 203.0.113.0/24'],
    ['2001:db8::1/48', 'write 2001:db8::/48'],
    ['0.0.0.0/0', 'from 1 to 32'],
    ['10.0.0.0/33', 'from 1 to 32'],
    ['::/129', 'from 1 to 128'],
    ['10.0.0.0/', 'from 1 to 32'],
    ['10.0.0.0/8/9', 'neither'],
    ['010.0.0.1', 'neither'],
    ['fe80::1%eth0', 'neither'],
    ['edge.example.com', 'neither'],
  ])('refuses %s and says what to write', (text, words) => {
    expect(() => addressList(text)).toThrow(words);
  });

  it('gives back what it gave', () => {
    const addresses = fc.oneof(fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(fc.array(addresses, { maxLength: 5 }), (list) => {
        const once = addressList(list.join(','));
        expect(addressList(once.join(' '))).toEqual(once);
      }),
    );
  });
});

describe('isWithin', () => {
  const ranges = addressList('203.0.113.0/24, 198.51.100.4, 2001:db8:a::/48');

  it.each([
    ['203.0.113.0', true],
    ['203.0.113.255', true],
    ['203.0.114.0', false],
    ['198.51.100.4', true],
    ['198.51.100.5', false],
    ['2001:db8:a:ffff::1', true],
    ['2001:DB8:000A::1', true],
    ['2001:db8:b::1', false],
    ['::ffff:203.0.113.9', true],
    ['::ffff:203.0.114.9', false],
    ['unknown', false],
    ['', false],
  ])('%s: %s', (address, within) => {
    expect(isWithin(address, ranges)).toBe(within);
  });

  it('nothing is within no range', () => {
    expect(isWithin('203.0.113.1', [])).toBe(false);
  });
});
