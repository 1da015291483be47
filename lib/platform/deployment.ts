/** What this process knows of the deployment once it has started: opened secrets, addresses, who signs. */
import type { KeyObject } from 'node:crypto';
import type { Environment } from '@/lib/kernel/environments';
import type { Signer } from '@/lib/signer/port';
import type { ApiLimits } from './api-env';
import { processWide, setProcessWide } from './process-wide';

/** A session ends so long after the last request of its person, and so long after signing in. */
export type SessionLimits = { readonly idleMs: number; readonly absoluteMs: number };

export type DeploymentSso = {
  /** On the button: "Continue with Example SSO". */
  readonly name: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
};

export type Deployment = {
  readonly providerName: string;
  /** Without a trailing slash. */
  readonly publicUrl: string;
  readonly dataDir: string;
  readonly authSecret: string;
  readonly snapshotKey: KeyObject;
  readonly snapshotPublicKeyDer: Uint8Array;
  /** Signs checkpoints and exports of the audit trail; Ed25519. */
  readonly auditKey: KeyObject;
  /** Its public key as SPKI. */
  readonly auditPublicKeyDer: Uint8Array;
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
  readonly apiLimits: ApiLimits;
  /** For secrets in the database; what another deployment sealed does not open. */
  seal(plain: string): string;
  open(sealed: string): string;
  readonly sessionLimits: SessionLimits;
  /** The identity provider of the whole deployment. */
  readonly sso: DeploymentSso | null;
};

export function deployment(): Deployment {
  return processWide<Deployment>('deployment', () => {
    throw new Error('the deployment was used before the portal had started');
  });
}

export function setDeployment(value: Deployment): void {
  setProcessWide('deployment', value);
}
