import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  allowanceOf,
  type Bucket,
  filled,
  fullBucket,
  rateLimitHeaders,
  retryAfterSeconds,
  taken,
} from './token-bucket';

const policy = { name: 'burst', burst: 100, perMinute: 600 };

function spend(bucket: Bucket, times: number): Bucket {
  let left = bucket;
  for (let time = 0; time < times; time += 1) left = taken(left) ?? left;
  return left;
}

describe('a token bucket', () => {
  it('gives its burst at once and then nothing', () => {
    const empty = spend(fullBucket(policy, 0), 100);
    expect(taken(empty)).toBeNull();
    expect(retryAfterSeconds(empty, policy)).toBe(1);
  });

  it('gives ten a second after that, and never more than its burst', () => {
    const empty = spend(fullBucket(policy, 0), 100);
    expect(filled(empty, policy, 1_000).tokens).toBe(10);
    expect(filled(empty, policy, 3_600_000).tokens).toBe(100);
  });

  it('never lets more through in any time than the burst and what was filled meanwhile', () => {
    const gaps = fc.array(fc.integer({ min: 0, max: 3_000 }), { maxLength: 300 });
    fc.assert(
      fc.property(gaps, (waits) => {
        let [bucket, nowMs, passed] = [fullBucket(policy, 0), 0, 0];
        for (const wait of waits) {
          nowMs += wait;
          bucket = filled(bucket, policy, nowMs);
          const next = taken(bucket);
          if (next) [bucket, passed] = [next, passed + 1];
        }
        expect(passed).toBeLessThanOrEqual(100 + nowMs / 100 + 1e-6);
      }),
    );
  });

  it('is not filled by a clock that goes back', () => {
    expect(filled({ tokens: 5, atMs: 10_000 }, policy, 0)).toEqual({ tokens: 5, atMs: 0 });
  });

  it('draft-ietf-httpapi-ratelimit-headers-10, 3 and 4: says its policies, what remains, and when it is full', () => {
    const bucket = spend(fullBucket(policy, 0), 37);
    expect(rateLimitHeaders(allowanceOf(bucket, policy))).toEqual([
      ['RateLimit-Policy', '"burst";q=100;w=10, "sustained";q=600;w=60'],
      ['RateLimit', '"burst";r=63;t=4'],
    ]);
  });
});
