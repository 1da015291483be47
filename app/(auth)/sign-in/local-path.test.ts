import { describe, expect, it } from 'vitest';
import { localPath } from './local-path';

describe('where signing in leads', () => {
  it.each([
    ['/', '/'],
    ['/certificates?environment=sandbox', '/certificates?environment=sandbox'],
    ['/certificates/crt_1/download?format=pem', '/certificates/crt_1/download?format=pem'],
    ['/?_rsc', '/'],
    ['/certificates?status=live&_rsc=1a2b', '/certificates?status=live'],
  ])('T20: %j is a page of this portal', (next, path) => {
    expect(localPath(next)).toBe(path);
  });

  it.each([
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '/\t/evil.example',
    '/..//evil.example',
    '/.//evil.example',
    'https://evil.example/',
    'javascript:alert(1)',
    'certificates',
    '',
    `/${'a'.repeat(600)}`,
    null,
    { toString: () => '//evil.example' },
  ])('T20: %j leads to the overview', (next) => {
    expect(localPath(next)).toBe('/');
  });
});
