/** What an OCSP responder has, for tests: a key, a certificate of the CA for it, and answers signed by it. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { draftOcspResponder } from '../ocsp-responder';
import { keyHash, ocspResponse, ocspResponseData, type SingleResponse } from '../ocsp-response';
import type { TestCa } from './ca';

export type TestResponder = {
  readonly spkiDer: Uint8Array;
  readonly certificateDer: Uint8Array;
  readonly privateKey: KeyObject;
  answer(input: {
    responses: readonly SingleResponse[];
    producedAt: Date;
    nextUpdate: Date;
    nonce?: Uint8Array | null;
  }): Uint8Array;
};

export const RESPONDER_SERIAL = new Uint8Array(16).fill(0x5a);

export function testResponder(ca: TestCa, now: Date): TestResponder {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spkiDer = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  const issuerDer = ca.certificateDer;
  const { tbsDer } = draftOcspResponder({ issuerDer, spkiDer, serial: RESPONDER_SERIAL, now });
  const certificateDer = ca.signed(tbsDer);
  return {
    spkiDer,
    certificateDer,
    privateKey,
    answer({ responses, producedAt, nextUpdate, nonce = null }) {
      const responseData = ocspResponseData({
        responderKeyHash: keyHash(spkiDer),
        producedAt,
        thisUpdate: producedAt,
        nextUpdate,
        responses,
        nonce,
      });
      const signature = new Uint8Array(sign('sha256', responseData, privateKey));
      return ocspResponse({ responseData, signature, responderDer: certificateDer });
    },
  };
}
