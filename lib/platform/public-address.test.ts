import { describe, expect, it } from 'vitest';
import { isPublicAddress, publicUrlFault } from './public-address';

describe('T22: what customers name leads to the public internet alone', () => {
  it.each(['93.184.215.14', '1.1.1.1', '2606:4700::1111'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    ...['127.0.0.1', '127.9.9.9', '0.0.0.0', '10.1.2.3', '172.16.0.1', '172.31.255.255'],
    ...[
      '192.168.0.1',
      '169.254.169.254',
      '100.64.0.1',
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
    ],
    ...['::1', '::', '::ffff:127.0.0.1', '::ffff:8.8.8.8', '::127.0.0.1', '64:ff9b::7f00:1'],
    ...['fc00::1', 'fd12::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '2002:7f00:1::', '2001:db8::1'],
    'localhost',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each([
    ...['http://login.example.com', 'ftp://login.example.com', 'login.example.com', ''],
    ...['https://127.0.0.1', 'https://0x7f000001', 'https://2130706433', 'https://017700000001'],
    ...['https://[::1]', 'https://[::ffff:7f00:1]', 'https://localhost', 'https://a.localhost'],
    ...['https://metadata.internal', 'https://intranet', 'https://u:p@login.example.com'],
    ...['https://login.example.com/?a=b', 'https://login.example.com/#a'],
  ])('%j is refused', (url) => {
    expect(publicUrlFault(url)).not.toBeNull();
  });

  it('an identity provider as they are is taken', () => {
    expect(publicUrlFault('https://login.example.com/tenant/v2.0')).toBeNull();
  });
});
