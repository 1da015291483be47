import type { Environment } from '@/lib/kernel/environments';
import type { LintedDraft } from '@/lib/pki/lint';
import type { LintedCrl } from '@/lib/pki/lint-crl';
import type { LintedResponder } from '@/lib/pki/ocsp-responder';

/** Where CA private keys live: whoever implements this holds them, and nobody else. */
export type Signer = {
  /**
   * Signs one draft for one intent; the same again is answered with the same certificate.
   * @returns the certificate, DER
   * @throws SignerRefusal when the draft may not be signed, any other Error when it cannot be
   */
  sign(input: { intentId: string; issuerId: string; tbs: LintedDraft }): Promise<Uint8Array>;
  /**
   * Signs a revocation list whose number is above that of every list of this CA before; the same again is answered alike.
   * @returns the list, DER
   * @throws SignerRefusal when it may not be signed, any other Error when it cannot be
   */
  signCrl(input: { issuerId: string; tbs: LintedCrl }): Promise<Uint8Array>;
  /**
   * Signs the certificate of a key that answers OCSP for the CA; the same again is answered alike.
   * @returns the certificate, DER
   * @throws SignerRefusal when it may not be signed, any other Error when it cannot be
   */
  signOcspResponder(input: {
    responderId: string;
    issuerId: string;
    tbs: LintedResponder;
  }): Promise<Uint8Array>;
  status(): Promise<SignerStatus>;
};

export type SignerStatus = {
  issuers: HeldIssuer[];
  /** Lines of the signer's own log, and the SHA-256 of the last, hexadecimal. */
  log: { entries: number; head: string };
  /** The highest number of a revocation list signed for each CA; what signed none is not there. */
  crlNumbers: Readonly<Record<string, number>>;
};

/** A CA that the signer knows: its certificates are public, its key stays where it is. */
export type HeldIssuer = {
  issuerId: string;
  kind: 'root' | 'issuing';
  /** Null for a root. */
  environment: Environment | null;
  name: string;
  certificateDer: Uint8Array;
  /** The same name and key, signed by the root before it; null where there is none. */
  crossCertificateDer: Uint8Array | null;
  /** Whether the key is here: an offline root's is not. */
  canSign: boolean;
};

/** The signer will never sign this; trying again does not help. */
export class SignerRefusal extends Error {
  override readonly name = 'SignerRefusal';

  /** Next bundles routes apart from what starts the portal, so one process may hold this class twice. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'SignerRefusal';
  }
}

/** The signer cannot be asked, or did not answer in time; what was asked may be asked again. */
export class SignerGone extends Error {
  override readonly name = 'SignerGone';

  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof Error && value.name === 'SignerGone';
  }
}
