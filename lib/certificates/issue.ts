/**
 * The issuance cycle: the CSR is judged, a slot and an intent are committed, the draft is signed, checked by a second
 * implementation, and stored. What a crash leaves is an intent, finished later by `recoverIntents`.
 */
import type { Intent } from '@/generated/prisma/client';
import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import type { CertificateView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import type { CsrCheck } from '@/lib/pki/csr-check';
import type { LintedDraft } from '@/lib/pki/lint';
import { currentTime } from '@/lib/platform/clock';
import { inScope } from '@/lib/platform/database';
import { failpoint } from '@/lib/platform/failpoint';
import { metrics, secondsSince } from '@/lib/platform/metrics';
import { asAppError } from '@/lib/platform/problem';
import { newId, sha256 } from '@/lib/platform/random';
import { type SpanStart, traced } from '@/lib/telemetry/span';
import { checkedCsr, type KeyLookup } from './check';
import { finishIntent, givenUp, resumeIntent, stillPending } from './finish';
import { KeyBlocked, LEASE_MS, type PlannedIntent, type Taken, takeSlot } from './intents';
import { tookSlot } from './one-statement';
import { planDraft } from './plan';
import { getCertificateInScope } from './read';

export type IssueRequest = {
  csr: string | Uint8Array;
  environment: Environment;
  label?: string | undefined;
  idempotencyKey?: string | null | undefined;
};

const WAIT_STEP_MS = 50;

/**
 * Issues a certificate for the CSR's public key and vetted names. The same Idempotency-Key with the same request
 * returns the same certificate.
 * @throws AppError `plan_required`, `csr_rejected` (members: `findings`), `live_limit_reached` (members: `retirable`),
 *   `public_key_in_use`, `idempotency_conflict`, `payload_too_large`, `ca_unavailable` (members: `pending`)
 */
export async function issueCertificate(
  principal: Principal,
  request: IssueRequest,
): Promise<CertificateView> {
  const scope = authorize(principal, 'certificates.issue', request.environment);
  return issueVetted(scope, {
    environment: request.environment,
    label: request.label?.trim() || null,
    idempotencyKey: request.idempotencyKey ?? null,
    requestSha256: requestDigest(request),
    replacesId: null,
    vet: (lookup) => checkedCsr(scope, request.csr, lookup),
  });
}

export type VettedRequest = {
  environment: Environment;
  /** Null: the common name. */
  label: string | null;
  idempotencyKey: string | null;
  /** Of all that is asked for, so that a key is known to be used for another request. */
  requestSha256: string;
  /** The certificate that this one renews, of the same account. */
  replacesId: string | null;
  /** Judges key and names. */
  vet(lookup: KeyLookup): Promise<CsrCheck & { legalName: string }>;
};

/**
 * The cycle itself, for whatever was vetted. `onTaken` is done once the slot is held, before anything is signed.
 * @throws AppError as `issueCertificate`
 */
export async function issueVetted(
  scope: Scope,
  request: VettedRequest,
  onTaken: () => Promise<void> = async () => undefined,
): Promise<CertificateView> {
  const startMs = performance.now();
  const count = (result: string) => {
    metrics().issuance.inc({ environment: request.environment, result });
    metrics().issuanceSeconds.observe({ result }, secondsSince(startMs));
  };
  try {
    const view = await traced(spanOf(request), () => issued(scope, request, onTaken));
    count('issued');
    return view;
  } catch (error) {
    count(asAppError(error).code);
    throw error;
  }
}

function spanOf({ environment, replacesId }: VettedRequest): SpanStart {
  const name = replacesId === null ? 'issue a certificate' : 'renew a certificate';
  return { name, attributes: { 'countersign.environment': environment } };
}

async function issued(
  scope: Scope,
  request: VettedRequest,
  onTaken: () => Promise<void>,
): Promise<CertificateView> {
  const { csr, legalName } = await request.vet('listed');
  if (csr === null) throw await rejected(request);
  const { environment, idempotencyKey, requestSha256, replacesId } = request;
  const now = currentTime();
  const draft = await planDraft({ scope, csr, legalName, environment, now });
  const planned: PlannedIntent = {
    id: newId('intent'),
    environment,
    issuerId: draft.issuerId,
    serialHex: draft.serialHex,
    spkiSha256: csr.spkiSha256Hex,
    tbsDer: new Uint8Array(draft.tbsDer),
    tbsSha256: hex(sha256(draft.tbsDer)),
    notAfter: draft.notAfter,
    label: request.label ?? csr.commonName,
    createdAt: now,
    idempotencyKey,
    requestSha256,
    replacesId,
  };
  const taken = await taking(scope, planned).catch(async (error: unknown) => {
    throw error instanceof KeyBlocked ? await rejected(request) : error;
  });
  failpoint('after-intent');
  await onTaken();
  const view = await carriedOut(scope, taken, planned, draft.linted);
  failpoint('before-answer');
  return view;
}

async function taking(scope: Scope, planned: PlannedIntent): Promise<Taken> {
  if (await tookSlot(scope, planned)) return { kind: 'taken' };
  return inScope(scope, (tx) => takeSlot(tx, scope, planned));
}

function carriedOut(
  scope: Scope,
  taken: Taken,
  planned: PlannedIntent,
  linted: LintedDraft,
): Promise<CertificateView> {
  switch (taken.kind) {
    case 'taken':
      return finishIntent(scope, planned, linted);
    case 'resumed':
      return resumeIntent(scope, taken.intent);
    case 'repeat':
      return answerOf(scope, taken.intent);
  }
}

async function rejected(request: VettedRequest): Promise<AppError> {
  const { findings } = await request.vet('listed or reported');
  const blocking = findings.filter((finding) => finding.severity === 'error').length;
  return new AppError('csr_rejected', {
    detail: `The signing request has ${blocking === 1 ? 'one fault' : `${blocking} faults`}. Each finding says how to mend it.`,
    members: { findings },
  });
}

/** The answer to a repeated request: the certificate of the first, waiting for it if it is still being made. */
async function answerOf(scope: Scope, first: Intent): Promise<CertificateView> {
  const until = currentTime().getTime() + LEASE_MS;
  let { state, releasedAt } = first;
  const unchanged = () => releasedAt?.getTime() === first.releasedAt?.getTime();
  while (state === 'pending' && unchanged() && currentTime().getTime() < until) {
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
    const intent = await inScope(scope, (tx) => tx.intent.findFirst({ where: { id: first.id } }));
    state = intent?.state ?? 'void';
    releasedAt = intent?.releasedAt ?? null;
  }
  if (state === 'pending') throw stillPending(first);
  if (state !== 'issued') throw givenUp();
  return getCertificateInScope(scope, { intentId: first.id });
}

function requestDigest(request: IssueRequest): string {
  const csr =
    typeof request.csr === 'string' ? request.csr : Buffer.from(request.csr).toString('base64');
  return digestOf([csr, request.environment, request.label ?? null]);
}

/** @returns SHA-256 of the JSON, hexadecimal */
export function digestOf(parts: readonly (string | number | null)[]): string {
  return hex(sha256(JSON.stringify(parts)));
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
