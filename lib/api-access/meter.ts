/**
 * How often the API may still be called: by a key, and by an address that shows none. Each portal counts for itself.
 */
import { AppError } from '@/lib/kernel/errors';
import { currentTime } from '@/lib/platform/clock';
import { deployment } from '@/lib/platform/deployment';
import { processWide } from '@/lib/platform/process-wide';
import {
  type Allowance,
  allowanceOf,
  type Bucket,
  type BucketPolicy,
  filled,
  fullBucket,
  rateLimitHeaders,
  retryAfterSeconds,
  taken,
} from './token-bucket';

// Beyond so many, those that are full again are forgotten: they say nothing.
const BUCKETS_KEPT = 20_000;

export type Meter = {
  /** Counts a request of a key. @throws AppError `rate_limited` */
  countKey(id: string): void;
  /** Counts a request that showed no valid key; one with a valid key is never held back by it. @throws AppError `rate_limited` */
  countWithoutKey(): void;
  /** Of whatever counted last. */
  headers(): [string, string][];
};

/** For one request from an address. */
export function meterFor(address: string): Meter {
  const { perMinute, burst, withoutKeyPerMinute } = deployment().apiLimits;
  const ofKeys = { name: 'burst', burst, perMinute };
  const ofAddresses = {
    name: 'without-key',
    burst: withoutKeyPerMinute,
    perMinute: withoutKeyPerMinute,
  };
  let allowance = lookedAt(`address ${address}`, ofAddresses);
  return {
    countKey(id) {
      allowance = lookedAt(`key ${id}`, ofKeys);
      allowance = counted(`key ${id}`, ofKeys, (policy) => {
        return `This key has made ${policy.burst} requests at once or ${policy.perMinute} in a minute.`;
      });
    },
    countWithoutKey() {
      allowance = lookedAt(`address ${address}`, ofAddresses);
      allowance = counted(`address ${address}`, ofAddresses, (policy) => {
        return `From this address came ${policy.perMinute} requests in a minute without a valid API key.`;
      });
    },
    headers: () => rateLimitHeaders(allowance),
  };
}

function buckets(): Map<string, Bucket> {
  return processWide('api-buckets', () => new Map<string, Bucket>());
}

function current(name: string, policy: BucketPolicy): Bucket {
  const nowMs = currentTime().getTime();
  const known = buckets().get(name);
  return known ? filled(known, policy, nowMs) : fullBucket(policy, nowMs);
}

function lookedAt(name: string, policy: BucketPolicy): Allowance {
  return allowanceOf(current(name, policy), policy);
}

function counted(
  name: string,
  policy: BucketPolicy,
  words: (policy: BucketPolicy) => string,
): Allowance {
  const bucket = current(name, policy);
  const next = taken(bucket);
  if (next === null) {
    throw new AppError('rate_limited', {
      detail: `${words(policy)} Wait, then go on.`,
      retryAfterSeconds: retryAfterSeconds(bucket, policy),
    });
  }
  if (buckets().size >= BUCKETS_KEPT && !buckets().has(name)) forgetOldest();
  // Set anew, so that the map stays ordered by last use.
  buckets().delete(name);
  buckets().set(name, next);
  return allowanceOf(next, policy);
}

/** Of those used longest ago: nearly always full again. */
function forgetOldest(): void {
  for (const name of [...buckets().keys()].slice(0, BUCKETS_KEPT / 10)) buckets().delete(name);
}
