/** What this process knows of the deployment once it has started: opened secrets, addresses, who signs. */
import type { KeyObject } from 'node:crypto';
import type { Environment } from '@/lib/kernel/environments';
import type { Signer } from '@/lib/signer/port';
import { processWide, setProcessWide } from './process-wide';

export type Deployment = {
  readonly providerName: string;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly authSecret: string;
  readonly snapshotKey: KeyObject;
  readonly snapshotPublicKeyDer: Uint8Array;
  /** Keys the hashes under which edges know API clients. */
  readonly nameKey: Uint8Array;
  readonly signer: Signer;
  /** Origin of the addresses of CRL and OCSP in certificates; no trailing slash. */
  readonly pkiUrl: string;
  /** Addresses of the edge's listeners, shown to customers; null where the operator named none. */
  readonly edges: Record<Environment, { mtlsUrl: string; standardUrl: string } | null>;
  /** PEM; read when asked for, because an edge makes its own on its first start. */
  readonly serverCaFiles: Record<Environment, string | null>;
  /** Whether the portal shows people the mails that went to them: in the demo, where none are delivered. */
  readonly mailsShown: 'yes' | 'no';
  readonly apiRequestsPerMinute: number;
};

export function deployment(): Deployment {
  return processWide<Deployment>('deployment', () => {
    throw new Error('the deployment was used before the portal had started');
  });
}

export function setDeployment(value: Deployment): void {
  setProcessWide('deployment', value);
}
