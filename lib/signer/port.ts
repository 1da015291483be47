import type { LintedDraft } from '@/lib/pki/lint';

/** Where CA private keys live: whoever implements this holds them, and nobody else. */
export type Signer = {
  /**
   * Signs one draft for one intent.
   * @returns the certificate, DER
   * @throws SignerRefusal when the draft may not be signed, any other Error when it cannot be
   */
  sign(input: { intentId: string; issuerId: string; tbs: LintedDraft }): Promise<Uint8Array>;
  status(): Promise<{ issuers: string[] }>;
};

/** The signer will never sign this; trying again does not help. */
export class SignerRefusal extends Error {}
