/** Signing an intent and storing what was signed; called by issuing and by recovery. */
import type { Intent } from '@/generated/prisma/client';
import type { Scope } from '@/lib/access/scope';
import { lockAccount } from '@/lib/accounts/lock';
import { recordEvent } from '@/lib/audit/record';
import type { CertificateView } from '@/lib/contract/views';
import { issuerBook } from '@/lib/issuers/book';
import { AppError, assert } from '@/lib/kernel/errors';
import { refuseBlocked } from '@/lib/key-policy/blocked-keys';
import { recordNotice } from '@/lib/mail/notices';
import { pkiAddresses } from '@/lib/pki/addresses';
import type { CertificateFacts } from '@/lib/pki/certificate-facts';
import { crossCheck } from '@/lib/pki/cross-check';
import { leafFacts } from '@/lib/pki/leaf-facts';
import { type LintedDraft, lint } from '@/lib/pki/lint';
import { currentTime } from '@/lib/platform/clock';
import { inScope, type Tx } from '@/lib/platform/database';
import { deployment } from '@/lib/platform/deployment';
import { failpoint } from '@/lib/platform/failpoint';
import { log } from '@/lib/platform/log';
import { certificateChange, recordChange } from '@/lib/publishing/changes';
import { publisher } from '@/lib/publishing/publisher';
import { SignerRefusal } from '@/lib/signer/port';
import { releaseIntent, voidAt, voidIntent } from './intents';
import { storedInSlot } from './one-statement';
import {
  issuedEvent,
  issuedNotice,
  type NewCertificate,
  newCertificate,
  type UnfinishedIntent,
} from './records';
import { environmentOf, newView, viewWithFacts, withSlot } from './view';

// Its return is noticed within two seconds.
const RETRY_AFTER_SECONDS = 5;

/**
 * Signs the draft of a pending intent and stores the certificate, exactly once however often it is called.
 * @throws AppError `ca_unavailable`; the intent then stays pending, and anybody may go on with it. `csr_rejected` when its
 *   key was blocked meanwhile
 */
export async function finishIntent(
  scope: Scope,
  intent: UnfinishedIntent,
  linted: LintedDraft,
): Promise<CertificateView> {
  const der = await signed(scope, intent, linted);
  failpoint('after-sign');
  crossCheck({
    certificateDer: der,
    issuerDer: linted.issuerDer,
    tbsSha256: intent.tbsSha256,
    serialHex: intent.serialHex,
    spkiSha256Hex: intent.spkiSha256,
  });
  const facts = leafFacts(der);
  const row = newCertificate({ scope, intent, der, facts, now: currentTime() });
  const view = await stored(scope, row, facts).catch(async (error: unknown) => {
    // A retry then goes on at once, with this very signature; where the database is gone the lease ends by itself.
    await inScope(scope, (tx) => releaseIntent(tx, intent.id)).catch(() => undefined);
    throw error;
  });
  failpoint('after-store');
  publisher().nudge();
  return view;
}

/** Goes on with an intent read back from the database, with its very bytes. */
export async function resumeIntent(scope: Scope, intent: Intent): Promise<CertificateView> {
  const issuer = issuerBook()
    .all()
    .find(({ id }) => id === intent.issuerId);
  assert(issuer !== undefined, 'the issuer of an intent is one that is known');
  const result = lint({
    tbsDer: intent.tbsDer,
    issuerDer: issuer.certificateDer,
    addresses: pkiAddresses(deployment().pkiUrl, intent.issuerId),
  });
  if ('findings' in result) throw await refused(scope, intent, 'it no longer passes its lints');
  return finishIntent(
    scope,
    { ...intent, environment: environmentOf(intent.environment) },
    result.linted,
  );
}

async function signed(
  scope: Scope,
  intent: UnfinishedIntent,
  linted: LintedDraft,
): Promise<Uint8Array> {
  try {
    return await deployment().signer.sign({
      intentId: intent.id,
      issuerId: intent.issuerId,
      tbs: linted,
    });
  } catch (cause) {
    if (cause instanceof SignerRefusal) throw await refused(scope, intent, cause.message);
    await inScope(scope, (tx) => releaseIntent(tx, intent.id));
    throw stillPending(intent, cause);
  }
}

/** What is kept, until when, and what to do. */
export function stillPending(
  intent: { id: string; label: string; environment: string; createdAt: Date },
  cause?: unknown,
): AppError {
  const { id, label, environment } = intent;
  const until = voidAt(intent).toISOString();
  return new AppError('ca_unavailable', {
    detail: `The certificate authority does not answer. Your request for ${label} in ${environment} is kept, holds a slot, and is finished as soon as it answers; sending it again resumes it. At ${until.slice(11, 16)} UTC it is given up and the slot is free.`,
    cause,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    members: { pending: { id, label, environment, voidAt: until } },
  });
}

export function givenUp(): AppError {
  return new AppError('ca_unavailable', {
    detail: 'This request was given up because it was not finished in time. Send it again.',
    retryAfterSeconds: 1,
  });
}

/** The signer will never sign it, so its slot is not kept. That is a fault of ours, and logged as one. */
async function refused(
  scope: Scope,
  intent: Pick<UnfinishedIntent, 'id'>,
  why: string,
): Promise<AppError> {
  log().error({ intentId: intent.id, why }, 'the signer refused an intent; it is void');
  await inScope(scope, async (tx) => {
    await lockAccount(tx, scope.accountId);
    const where = { id: intent.id, accountId: scope.accountId, state: 'pending' };
    const pending = await tx.intent.findFirst({ where });
    if (pending) await voidIntent(tx, pending, 'the signer refused it');
  });
  return new AppError('internal_error', {
    detail:
      'The certificate authority refused what was asked of it. Nothing was issued and no slot is held. Tell support, with the request id.',
  });
}

async function stored(
  scope: Scope,
  row: NewCertificate,
  facts: CertificateFacts,
): Promise<CertificateView> {
  const slot = await storedInSlot(scope, row);
  if (slot !== null) return newView(row, facts, slot);
  return inScope(scope, (tx) => store(tx, scope, row, facts));
}

async function store(
  tx: Tx,
  scope: Scope,
  row: NewCertificate,
  facts: CertificateFacts,
): Promise<CertificateView> {
  const { intentId } = row;
  await lockAccount(tx, scope.accountId);
  const closed = await tx.intent.updateMany({
    where: { id: intentId, accountId: scope.accountId, state: 'pending' },
    data: { state: 'issued' },
  });
  if (closed.count === 1) {
    await tx.certificate.create({ data: row });
    await tx.slot.updateMany({
      where: { intentId, accountId: scope.accountId },
      data: { releasesAt: facts.notAfter },
    });
    await recordEvent(tx, issuedEvent(scope, row));
    await recordChange(tx, certificateChange(row));
    await recordNotice(tx, issuedNotice(scope, row));
  }
  const stored = await tx.certificate.findFirst({
    where: { intentId, accountId: scope.accountId },
    include: withSlot,
  });
  if (!stored) {
    await refuseBlocked(tx, row.spkiSha256);
    throw givenUp();
  }
  return viewWithFacts(stored, facts, currentTime());
}
