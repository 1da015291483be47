import { describe, expect, it } from 'vitest';
import { networkOf } from './network';

describe('the network of an address', () => {
  it.each([
    ['203.0.113.27', '203.0.113.0/24'],
    ['::ffff:203.0.113.27', '203.0.113.0/24'],
    ['127.0.0.1', '127.0.0.0/24'],
    ['2001:db8:7:8::1', '2001:db8:7::/48'],
    ['2001:DB8:0007:8:9:a:b:c', '2001:db8:7::/48'],
    ['fe80::1%eth0', 'fe80::/48'],
  ])('%s is in %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  it('RFC 5952, 4.2.1: zeros at the end of the prefix are left out', () => {
    expect(networkOf('2001:db8::1')).toBe('2001:db8::/48');
    expect(networkOf('2001:0:0:1::1')).toBe('2001::/48');
    expect(networkOf('::1')).toBe('::/48');
  });

  it.each(['unknown', '', '1:2:3', ':::', '1::2::3', 'g::1', '1:2:3:4:5:6:7:8:9'])(
    'what is no address stays what it is: %s',
    (text) => {
      expect(networkOf(text)).toBe(text);
    },
  );
});
