import { z } from 'zod';
import { authorize, type Principal, type Scope } from '@/lib/access/scope';
import { MAX_CSR_BYTES } from '@/lib/contract/operations';
import type { CsrCheckView } from '@/lib/contract/views';
import { AppError } from '@/lib/kernel/errors';
import { isBlocked } from '@/lib/key-policy/blocked-keys';
import { knownWeakKeys } from '@/lib/key-policy/known-weak';
import { type CsrCheck, checkCsr, checkRenewal } from '@/lib/pki/csr-check';
import { callInScope, inScope } from '@/lib/platform/database';

/**
 * Everything that is in a CSR and everything that is wrong with it. Nothing is issued or stored.
 * @throws AppError `payload_too_large`
 */
export async function checkCsrFor(
  principal: Principal,
  input: { csr: string | Uint8Array },
): Promise<CsrCheckView> {
  const scope = authorize(principal, 'certificates.check');
  const { facts, findings, csr } = await checkedCsr(scope, input.csr, 'listed or reported');
  return { acceptable: csr !== null, facts, findings };
}

/**
 * Where a key is looked up: in the operator's list, or also among those reported as compromised. Issuing looks the
 * latter up in the transaction that takes a slot, and here only to list all that is wrong.
 */
export type KeyLookup = 'listed' | 'listed or reported';

/** The check with the account's own legal name, as issuing repeats it. */
export async function checkedCsr(
  scope: Scope,
  csr: string | Uint8Array,
  lookup: KeyLookup,
): Promise<CsrCheck & { legalName: string }> {
  const bytes = typeof csr === 'string' ? Buffer.byteLength(csr) : csr.length;
  if (bytes > MAX_CSR_BYTES) {
    throw new AppError('payload_too_large', {
      detail: `The signing request has ${bytes} bytes; at most ${MAX_CSR_BYTES} are taken. A CSR has about 1,000: check that you sent the right file.`,
    });
  }
  const context = await csrContext(scope, lookup);
  return { ...(await checkCsr(csr, context)), legalName: context.legalName };
}

/** The same check of the key and the names of a certificate of this account, for one more with them. */
export async function checkedRenewal(
  scope: Scope,
  certificateDer: Uint8Array,
  lookup: KeyLookup,
): Promise<CsrCheck & { legalName: string }> {
  const context = await csrContext(scope, lookup);
  return { ...(await checkRenewal(certificateDer, context)), legalName: context.legalName };
}

async function csrContext(scope: Scope, lookup: KeyLookup) {
  return {
    legalName: z.string().parse(await callInScope(scope, 'countersign_legal_name', [])),
    isKnownWeak: async (spkiSha256Hex: string) =>
      (await knownWeakKeys().has(spkiSha256Hex)) ||
      (lookup === 'listed or reported' &&
        (await inScope(scope, (tx) => isBlocked(tx, spkiSha256Hex)))),
  };
}
