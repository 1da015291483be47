/** A token bucket: so many requests at once, and after that as many a minute as it is filled with. */
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';

export type BucketPolicy = {
  readonly name: string;
  readonly burst: number;
  readonly perMinute: number;
};
export type Bucket = { tokens: number; atMs: number };
export type Allowance = {
  readonly policy: BucketPolicy;
  /** Requests that may follow at once. */
  readonly remaining: number;
  /** Whole seconds until it is full again. */
  readonly fullInSeconds: number;
};

export function fullBucket(policy: BucketPolicy, nowMs: number): Bucket {
  return { tokens: policy.burst, atMs: nowMs };
}

/** What is in it now. A clock that was set back fills nothing. */
export function filled(bucket: Bucket, policy: BucketPolicy, nowMs: number): Bucket {
  const gained = (Math.max(0, nowMs - bucket.atMs) * policy.perMinute) / MINUTE_MS;
  return { tokens: Math.min(policy.burst, bucket.tokens + gained), atMs: nowMs };
}

/** One request. @returns null where the bucket has none left; it then stays as it is */
export function taken(bucket: Bucket): Bucket | null {
  return bucket.tokens < 1 ? null : { ...bucket, tokens: bucket.tokens - 1 };
}

export function allowanceOf(bucket: Bucket, policy: BucketPolicy): Allowance {
  const missing = policy.burst - bucket.tokens;
  return {
    policy,
    remaining: Math.floor(bucket.tokens),
    fullInSeconds: secondsToGain(missing, policy),
  };
}

/** Whole seconds until one request may be made, at least 1. */
export function retryAfterSeconds(bucket: Bucket, policy: BucketPolicy): number {
  return Math.max(1, secondsToGain(1 - bucket.tokens, policy));
}

function secondsToGain(tokens: number, { perMinute }: BucketPolicy): number {
  return Math.ceil((Math.max(0, tokens) * MINUTE_MS) / perMinute / SECOND_MS);
}

/**
 * What a client is told. The policy has the burst over the time in which it is filled again, and what is sustained.
 * @see draft-ietf-httpapi-ratelimit-headers-10, 3 (RateLimit-Policy) and 4 (RateLimit); RFC 9651 for the syntax
 */
export function rateLimitHeaders({
  policy,
  remaining,
  fullInSeconds,
}: Allowance): [string, string][] {
  const { name, burst, perMinute } = policy;
  const fillSeconds = secondsToGain(burst, policy);
  return [
    ['RateLimit-Policy', `"${name}";q=${burst};w=${fillSeconds}, "sustained";q=${perMinute};w=60`],
    ['RateLimit', `"${name}";r=${remaining};t=${fullInSeconds}`],
  ];
}
