/**
 * Answers OCSP for our CAs. An answer without a nonce is signed once and given to everybody who asks the same, as long
 * as the database goes on saying the same.
 */
import { createHash } from 'node:crypto';
import type { KnownIssuer } from '@/lib/issuers/book';
import { MINUTE_MS, SECOND_MS } from '@/lib/kernel/time';
import { DerError, equalBytes, readDer } from '@/lib/pki/der';
import { issuerOf } from '@/lib/pki/lint-read';
import { type CertId, type OcspRequest, parseOcspRequest } from '@/lib/pki/ocsp-request';
import {
  type CertStatus,
  digest,
  keyHash,
  type OcspError,
  ocspError,
  ocspResponse,
  ocspResponseData,
} from '@/lib/pki/ocsp-response';
import { OCSP_PROFILE } from '@/lib/pki/profile';
import { currentTime } from '@/lib/platform/clock';
import { log } from '@/lib/platform/log';
import { type Responders, responders } from './responders';
import { onRevoked } from './revoked';
import { type Statuses, statuses } from './statuses';

export type OcspAnswer = {
  readonly body: Uint8Array;
  /** What caches may be told; null for what is not to be kept. */
  readonly kept: KeptAnswer | null;
};

export type KeptAnswer = {
  readonly etag: string;
  /** As HTTP writes them: thisUpdate and nextUpdate. */
  readonly lastModified: string;
  readonly expires: string;
  readonly nextUpdate: Date;
};

export type Ocsp = {
  /** The answer that was given to the same request within the last second; null when there is none. */
  known(issuer: KnownIssuer, requestDer: Buffer): OcspAnswer | null;
  /** Always answers: what goes wrong is one of the errors of RFC 6960, 2.3. */
  answer(issuer: KnownIssuer, requestDer: Buffer): Promise<OcspAnswer>;
  close(): void;
};

type Signed = OcspAnswer & {
  readonly request: OcspRequest;
  readonly said: string;
  readonly renewAt: number;
  /** Until then nobody asks the database again. */
  freshUntil: number;
};

/** 2 KB each: nobody fills the memory with long requests, and software asks for one certificate in some 100 bytes. */
const MAX_KEPT = 10_000;
const MAX_KEPT_REQUEST_BYTES = 512;
/** Who asks for more at once waits for others, or is told to. */
const MAX_WAITING = 500;
const SAY_EVERY_MS = MINUTE_MS;
/** Another portal may have revoked something meanwhile. */
const FRESH_MS = SECOND_MS;

export function ocsp(): Ocsp {
  const desk: Desk = {
    saidAt: Number.NEGATIVE_INFINITY,
    caIds: new Map(),
    statuses: statuses(),
    responders: responders(),
    kept: new Map(),
    waiting: 0,
    epoch: 0,
  };
  const stopListening = onRevoked(() => {
    for (const one of desk.kept.values()) one.freshUntil = 0;
    desk.epoch += 1;
  });
  return {
    known(issuer, requestDer) {
      const one = desk.kept.get(keyOf(issuer, requestDer));
      return one && currentTime().getTime() < one.freshUntil ? one : null;
    },
    async answer(issuer, requestDer) {
      if (desk.waiting >= MAX_WAITING) return refusal('tryLater');
      desk.waiting += 1;
      try {
        return await answered(desk, issuer, requestDer);
      } catch (error) {
        if (error instanceof DerError) return refusal('malformedRequest');
        tell(desk, error);
        return refusal('tryLater');
      } finally {
        desk.waiting -= 1;
      }
    },
    close() {
      stopListening();
      desk.statuses.close();
    },
  };
}

type CaId = { readonly nameHash: Uint8Array; readonly keyHash: Uint8Array };

type Desk = {
  readonly caIds: Map<string, CaId>;
  readonly statuses: Statuses;
  readonly responders: Responders;
  readonly kept: Map<string, Signed>;
  waiting: number;
  saidAt: number;
  /** Counts revocations here: what was read before one is not fresh after it. */
  epoch: number;
};

/** While the database or the signer is away every request fails, and the log is not for counting them. */
function tell(desk: Desk, error: unknown): void {
  const now = performance.now();
  if (now - desk.saidAt < SAY_EVERY_MS) return;
  desk.saidAt = now;
  log().warn({ err: error }, 'OCSP requests cannot be answered');
}

async function answered(desk: Desk, issuer: KnownIssuer, requestDer: Buffer): Promise<OcspAnswer> {
  const { epoch } = desk;
  const now = currentTime().getTime();
  const key = keyOf(issuer, requestDer);
  const before = desk.kept.get(key);
  const request = before?.request ?? parseOcspRequest(requestDer);
  if (!before && !request.certIds.every((id) => isOf(desk, issuer, id)))
    return refusal('unauthorized');
  const serials = request.certIds.map(({ serialHex }) => serialHex);
  const found = await desk.statuses.of(issuer, serials);
  const said = JSON.stringify(found);
  const freshUntil = () => (desk.epoch === epoch ? now + FRESH_MS : 0);
  if (before && before.said === said && now < before.renewAt) {
    before.freshUntil = Math.min(freshUntil(), before.renewAt);
    // The newest use is the last in the map.
    desk.kept.delete(key);
    desk.kept.set(key, before);
    return before;
  }
  const signed = await signedAnswer(desk, issuer, request, found);
  const isLasting =
    requestDer.length <= MAX_KEPT_REQUEST_BYTES &&
    request.nonce === null &&
    found.every(({ kind }) => kind !== 'unknown');
  if (!isLasting) return { body: signed.body, kept: null };
  desk.kept.set(key, { ...signed, request, said, freshUntil: freshUntil() });
  if (desk.kept.size > MAX_KEPT) {
    for (const oldest of desk.kept.keys()) {
      desk.kept.delete(oldest);
      break;
    }
  }
  return signed;
}

async function signedAnswer(
  desk: Desk,
  issuer: KnownIssuer,
  request: OcspRequest,
  found: readonly CertStatus[],
): Promise<OcspAnswer & { renewAt: number }> {
  const responder = await desk.responders.of(issuer);
  const now = currentTime().getTime();
  const thisUpdate = new Date(Math.floor(now / 1000) * 1000);
  const promised = thisUpdate.getTime() + OCSP_PROFILE.validityMs;
  const nextUpdate = new Date(Math.min(promised, responder.notAfter.getTime()));
  const responseData = ocspResponseData({
    responderKeyHash: responder.keyHash,
    producedAt: thisUpdate,
    thisUpdate,
    nextUpdate,
    nonce: request.nonce,
    responses: request.certIds.map(({ der }, index) => ({
      certIdDer: der,
      status: found[index] ?? { kind: 'unknown' },
    })),
  });
  const signature = responder.sign(responseData);
  const body = ocspResponse({ responseData, signature, responderDer: responder.certificateDer });
  const etag = `"${createHash('sha256').update(body).digest('base64url')}"`;
  // In the responder's last minutes too an answer is made anew well before it ends.
  const renewAt = now + Math.min(OCSP_PROFILE.renewAfterMs, (nextUpdate.getTime() - now) / 2);
  const lastModified = thisUpdate.toUTCString();
  const kept = { etag, lastModified, expires: nextUpdate.toUTCString(), nextUpdate };
  return { body, kept, renewAt };
}

function keyOf(issuer: KnownIssuer, requestDer: Buffer): string {
  return issuer.id + requestDer.toString('latin1');
}

function refusal(error: OcspError): OcspAnswer {
  return { body: ocspError(error), kept: null };
}

/** @see RFC 6960, 4.1.1: names a CA by the hashes of its name and its key */
function isOf(desk: Desk, issuer: KnownIssuer, id: CertId): boolean {
  if (id.hash === 'other') return false;
  const own = idOf(desk, issuer, id.hash);
  return equalBytes(id.issuerNameHash, own.nameHash) && equalBytes(id.issuerKeyHash, own.keyHash);
}

/** Worked out once: the certificate of a CA never changes. */
function idOf(desk: Desk, issuer: KnownIssuer, hash: 'sha1' | 'sha256'): CaId {
  const key = `${issuer.id} ${hash}`;
  const known = desk.caIds.get(key);
  if (known) return known;
  const { certificateDer } = issuer;
  const spkiDer = readDer(certificateDer).children[0]?.children[6]?.der ?? new Uint8Array();
  const nameHash = digest(hash, issuerOf(certificateDer).subjectDer);
  const made = { nameHash, keyHash: keyHash(spkiDer, hash) };
  desk.caIds.set(key, made);
  return made;
}
