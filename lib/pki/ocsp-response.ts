/** OCSP answers: the bytes to be signed, what is put around a signature, and the errors that nobody signs. */
import { createHash } from 'node:crypto';
import type { RevocationReason } from '@/lib/kernel/environments';
import { REASON_CODE } from './crl-reason';
import { bitStringOctets, expect, readDer, TAG } from './der';
import { generalizedTimeDer } from './der-time';
import { bitString, context, octetString, oid, sequence, tlv } from './der-write';
import { OID } from './oids';

export type CertStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'revoked'; readonly revokedAt: Date; readonly reason: RevocationReason }
  | { readonly kind: 'unknown' };

/** What an answer says of one certificate. */
export type SingleResponse = {
  /** From the request. */
  readonly certIdDer: Uint8Array;
  readonly status: CertStatus;
};

/** Statuses that need no signature. @see RFC 6960, 4.2.1 */
const ERROR_STATUS = {
  malformedRequest: 1,
  internalError: 2,
  tryLater: 3,
  unauthorized: 6,
} as const;
export type OcspError = keyof typeof ERROR_STATUS;

const SUCCESSFUL = 0;
// ecdsa-with-SHA256, without parameters (RFC 5758, 3.2): responders' keys are P-256.
const SIGNATURE_ALGORITHM = sequence(oid(OID.ecdsaSha256));

/**
 * The ResponseData, DER.
 * @param input.responderKeyHash `keyHash` of the responder's key, by SHA-1: it names the responder
 * @param input.producedAt whole seconds count @param input.nonce of the request, repeated
 * @see RFC 6960, 4.2.1 and 4.4.1
 */
export function ocspResponseData(input: {
  responderKeyHash: Uint8Array;
  producedAt: Date;
  thisUpdate: Date;
  nextUpdate: Date;
  responses: readonly SingleResponse[];
  nonce: Uint8Array | null;
}): Uint8Array {
  const times = [
    generalizedTimeDer(input.thisUpdate),
    context(0, generalizedTimeDer(input.nextUpdate)),
  ];
  const responses = input.responses.map(({ certIdDer, status }) =>
    sequence(certIdDer, statusDer(status), ...times),
  );
  return sequence(
    context(2, octetString(input.responderKeyHash)),
    generalizedTimeDer(input.producedAt),
    sequence(...responses),
    ...(input.nonce ? [context(1, sequence(nonceExtension(input.nonce)))] : []),
  );
}

/**
 * The whole answer. The responder's certificate goes with it, since askers only know the CA.
 * @param input.signature ECDSA with SHA-256 over the ResponseData, as SEQUENCE of r and s
 */
export function ocspResponse(input: {
  responseData: Uint8Array;
  signature: Uint8Array;
  responderDer: Uint8Array;
}): Uint8Array {
  const basic = sequence(
    input.responseData,
    SIGNATURE_ALGORITHM,
    bitString(input.signature),
    context(0, sequence(input.responderDer)),
  );
  const bytes = sequence(oid(OID.ocspBasic), octetString(basic));
  return sequence(responseStatus(SUCCESSFUL), context(0, bytes));
}

/** An answer without a signature. @see RFC 6960, 2.3 */
export function ocspError(error: OcspError): Uint8Array {
  return sequence(responseStatus(ERROR_STATUS[error]));
}

/** SHA-1 of the public key without tag, length and unused bits: ResponderID and CertID. @see RFC 6960, 4.2.1 */
export function keyHash(spkiDer: Uint8Array, hash: 'sha1' | 'sha256' = 'sha1'): Uint8Array {
  const key = expect(readDer(spkiDer), TAG.sequence, 'a public key').children[1];
  return digest(hash, bitStringOctets(key, 'a public key'));
}

export function digest(hash: 'sha1' | 'sha256', bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash(hash).update(bytes).digest());
}

function responseStatus(value: number): Uint8Array {
  return tlv(0x0a, Uint8Array.of(value));
}

function statusDer(status: CertStatus): Uint8Array {
  switch (status.kind) {
    case 'good':
      return tlv(0x80);
    case 'unknown':
      return tlv(0x82);
    case 'revoked': {
      const code = REASON_CODE[status.reason];
      // As in a CRL, a reason that says nothing is left out.
      const reason = code === 0 ? [] : [context(0, tlv(0x0a, Uint8Array.of(code)))];
      return tlv(0xa1, generalizedTimeDer(status.revokedAt), ...reason);
    }
  }
}

function nonceExtension(nonce: Uint8Array): Uint8Array {
  return sequence(oid(OID.ocspNonce), octetString(octetString(nonce)));
}
