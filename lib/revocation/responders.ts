/**
 * The keys that answer OCSP for our CAs: made in memory, delegated by a certificate of three days, and never written
 * anywhere. A portal makes one when it is first asked, and the next when half of its time has passed.
 */
import {
  createHash,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import type { KnownIssuer } from '@/lib/issuers/book';
import { assert } from '@/lib/kernel/errors';
import { SECOND_MS } from '@/lib/kernel/time';
import { readDer } from '@/lib/pki/der';
import { draftOcspResponder, lintResponder, type ResponderDraft } from '@/lib/pki/ocsp-responder';
import { keyHash } from '@/lib/pki/ocsp-response';
import { serialFrom } from '@/lib/pki/serial';
import { currentTime } from '@/lib/platform/clock';
import { deployment } from '@/lib/platform/deployment';
import { log } from '@/lib/platform/log';
import { newId } from '@/lib/platform/random';
import { acrossRevocations } from './across';

export type Responder = {
  /** By SHA-1. */
  readonly keyHash: Uint8Array;
  readonly certificateDer: Uint8Array;
  readonly notAfter: Date;
  /** ECDSA with SHA-256, as SEQUENCE of r and s. */
  sign(responseData: Uint8Array): Uint8Array;
};

export type Responders = {
  /** @throws Error when there is none, and none can be made now */
  of(issuer: KnownIssuer): Promise<Responder>;
};

type Kept = { responder: Responder | null; renewAt: number; making: Promise<Responder> | null };

/** A signer that is gone is not asked for every answer. */
const RETRY_MS = 5 * SECOND_MS;

export function responders(): Responders {
  const kept = new Map<string, Kept>();

  function renew(issuer: KnownIssuer, state: Kept): Promise<Responder> {
    state.making ??= makeResponder(issuer)
      .then((responder) => {
        const now = currentTime().getTime();
        state.responder = responder;
        state.renewAt = now + (responder.notAfter.getTime() - now) / 2;
        return responder;
      })
      .catch((error: unknown) => {
        state.renewAt = currentTime().getTime() + RETRY_MS;
        throw error;
      })
      .finally(() => {
        state.making = null;
      });
    return state.making;
  }

  return {
    async of(issuer) {
      const state = kept.get(issuer.id) ?? { responder: null, renewAt: 0, making: null };
      kept.set(issuer.id, state);
      const now = currentTime();
      const able = state.responder && state.responder.notAfter > now ? state.responder : null;
      if (now.getTime() < state.renewAt) {
        if (able) return able;
        throw new Error(`no certificate to answer OCSP for ${issuer.name}`);
      }
      const renewed = renew(issuer, state);
      if (!able) return renewed;
      // Nobody waits for the next one while this one is good.
      renewed.catch((error: unknown) =>
        log().warn({ err: error }, `no new certificate to answer OCSP for ${issuer.name} yet`),
      );
      return able;
    },
  };
}

async function makeResponder(issuer: KnownIssuer): Promise<Responder> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spkiDer = new Uint8Array(publicKey.export({ format: 'der', type: 'spki' }));
  const serial = serialFrom(randomBytes(16));
  const now = currentTime();
  const issuerDer = issuer.certificateDer;
  const draft = draftOcspResponder({ issuerDer, spkiDer, serial, now });
  const result = lintResponder(draft);
  if ('findings' in result) {
    throw new Error(`the draft breaks ${result.findings.map(({ rule }) => rule).join(', ')}`);
  }
  const responderId = newId('ocspResponder');
  const tbsSha256 = createHash('sha256').update(draft.tbsDer).digest('hex');
  // Invariant 1: nothing is signed that the database does not know.
  await acrossRevocations((tx) =>
    tx.ocspResponder.create({
      data: {
        id: responderId,
        issuerId: issuer.id,
        serialHex: Buffer.from(serial).toString('hex').toUpperCase(),
        tbsSha256,
        notAfter: draft.notAfter,
        createdAt: now,
      },
    }),
  );
  const asked = { responderId, issuerId: issuer.id, tbs: result.linted };
  const certificateDer = await deployment().signer.signOcspResponder(asked);
  crossCheck(certificateDer, draft, privateKey);
  return {
    keyHash: keyHash(spkiDer),
    certificateDer,
    notAfter: draft.notAfter,
    sign: (responseData) => new Uint8Array(sign('sha256', responseData, privateKey)),
  };
}

/** The second opinion, by OpenSSL: the intended bytes, signed by the issuer, for our key. */
function crossCheck(der: Uint8Array, draft: ResponderDraft, privateKey: KeyObject): void {
  const certificate = new X509Certificate(der);
  const issuer = new X509Certificate(draft.issuerDer);
  const tbs = readDer(der).children[0]?.der ?? new Uint8Array();
  assert(Buffer.compare(tbs, draft.tbsDer) === 0, 'the signed bytes are those of the draft');
  assert(certificate.verify(issuer.publicKey), 'the signature verifies by the key of the issuer');
  assert(certificate.checkIssued(issuer), 'the issuer is the one named');
  assert(certificate.checkPrivateKey(privateKey), 'the certificate is for this key');
}
