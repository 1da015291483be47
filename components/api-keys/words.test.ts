import { describe, expect, it } from 'vitest';
import { OVERLAP_HOURS } from '@/lib/contract/api-keys';
import { environmentsOf, firstCall, overlapWords, scopesOf } from './words';

describe('API keys in words', () => {
  it('says what a key may do, in the order of the table', () => {
    expect(scopesOf(['enforcement', 'read'])).toBe('Read, enforcement');
    expect(environmentsOf({ environment: null })).toBe('Production and sandbox');
    expect(environmentsOf({ environment: 'sandbox' })).toBe('Sandbox');
  });

  it('says when the old key ends', () => {
    expect(OVERLAP_HOURS.map(overlapWords)).toEqual([
      'At once',
      'After 1 hour',
      'After 1 day',
      'After 7 days',
    ]);
  });

  it('gives a first call for a key that may read, and none for one that may not', () => {
    expect(firstCall('https://portal.example', 'csk_x', ['read'])).toContain(
      "'Authorization: Bearer csk_x'",
    );
    expect(firstCall('https://portal.example', 'csk_x', ['certificates'])).toBeNull();
  });
});
