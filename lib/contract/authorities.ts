/** What anybody may know of the CAs of this deployment: the page /pki. Times are ISO 8601 in UTC. */
import type { Environment } from '@/lib/kernel/environments';

/**
 * `signs-authorities`: a root. `issues`: signs what is asked for now. `stands-by`: active, and a newer one issues.
 * `ended`: active, but a new certificate would outlive it. `ready`: made, never used yet. `retired`: issues no more.
 */
export type AuthorityState =
  | 'signs-authorities'
  | 'issues'
  | 'stands-by'
  | 'ended'
  | 'ready'
  | 'retired';

/** The newest revocation list of a CA. */
export type CrlFacts = {
  number: number;
  thisUpdate: string;
  nextUpdate: string;
  entries: number;
};

export type AuthorityView = {
  id: string;
  kind: 'root' | 'issuing';
  /** Null for a root. */
  environment: Environment | null;
  name: string;
  state: AuthorityState;
  stateAt: string;
  notBefore: string;
  notAfter: string;
  /** The last moment at which it makes certificates; null for a root. */
  issuesUntil: string | null;
  /** Upper-case hexadecimal. */
  sha256Fingerprint: string;
  serialHex: string;
  keyName: string;
  caUrl: string;
  crlUrl: string;
  ocspUrl: string;
  /** Null before the first list, and where this portal has not read it yet. */
  crl: CrlFacts | null;
};

/** A root with what is below it. */
export type AuthorityTree = AuthorityView & {
  /** The root before it, which has signed its name and key too. */
  crossSignedBy: { id: string; name: string; pem: string } | null;
  /** By environment, first the one that issues, last those that issue no more. */
  issuing: AuthorityView[];
};

export type AuthoritiesView = {
  provider: string;
  roots: AuthorityTree[];
  bundleUrl: string;
};
