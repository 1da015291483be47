import type { Finding } from '@/lib/kernel/findings';

/** What a form shows when its act was refused: the problem of RFC 9457, as far as people read it. */
export type Problem = {
  code: string;
  title: string;
  detail: string;
  requestId: string;
  findings?: Finding[];
  /** With `ca_unavailable`: the request that is kept. */
  pending?: { id: string; label: string; environment: string; voidAt: string };
  /** With `live_limit_reached`: what could be revoked to make room. */
  retirable?: { id: string; label: string; commonName: string; lastSeenAt: string | null }[];
};
