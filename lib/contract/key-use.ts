/** Where a public key is used, and the calls that came with it: what a compromise run is started and judged by. */
import type { Environment } from '@/lib/kernel/environments';

export type KeyCertificate = {
  id: string;
  accountId: string;
  accountName: string;
  environment: Environment;
  label: string;
  commonName: string;
  serialHex: string;
  sha256Fingerprint: string;
  state: 'live' | 'expired' | 'revoked';
  notAfter: string;
  revokedAt: string | null;
  lastSeenAt: string | null;
};

export type KeyCalls = {
  since: string;
  passed: number;
  refused: number;
  networks: number;
  /** By network, user agent and outcome, the newest first. */
  rows: {
    certificateId: string;
    environment: string;
    network: string;
    userAgent: string;
    /** `passed`, or the code of the refusal. */
    outcome: string;
    calls: number;
    firstAt: string;
    lastAt: string;
  }[];
};

export type KeyUse = {
  /** Upper-case hexadecimal. */
  spkiSha256: string;
  holder: { id: string; name: string } | null;
  blocked: { at: string; why: string } | null;
  certificates: KeyCertificate[];
  /** Requests that are still being signed. */
  pending: number;
  calls: KeyCalls;
};

/** What a run would end. */
export type KeyStanding = {
  live: number;
  /** Names of the accounts whose live certificates have the key. */
  accounts: string[];
};
