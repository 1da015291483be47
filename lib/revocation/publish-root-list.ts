import { createHash, verify, X509Certificate } from 'node:crypto';
import type { DeploymentScope } from '@/lib/access/scope';
import { DEPLOYMENT_CHAIN, recordEvent } from '@/lib/audit/record';
import { AppError } from '@/lib/kernel/errors';
import { readCrlDraft, shallowParts } from '@/lib/pki/crl-read';
import { bitStringOctets, readDer } from '@/lib/pki/der';
import { type LintedCrl, lintCrl } from '@/lib/pki/lint-crl';
import { signingAlgorithmOf } from '@/lib/pki/signing-algorithm';
import { acrossAccounts } from '@/lib/platform/database';
import { storeCrl } from './queries';

/**
 * Takes the list that a root on another machine signed, and serves it from then on.
 * @param input.der of the whole list
 * @throws AppError `not_found` for no root of ours, `invalid_request` for a list that is not newer, or not the root's
 */
export async function publishRootList(
  scope: DeploymentScope,
  input: { id: string; der: Uint8Array },
): Promise<{ id: string; number: number; entries: number; nextUpdate: string }> {
  return acrossAccounts(scope, async (tx) => {
    const root = await tx.issuer.findFirst({ where: { id: input.id, kind: 'root' } });
    if (!root) throw new AppError('not_found', { detail: `No root has the id ${input.id}.` });
    const { linted, thisUpdate, nextUpdate } = listOf(input.der, root.certificateDer);
    const { number, entries } = linted;
    const before = await tx.crl.findUnique({ where: { issuerId: root.id } });
    if (before && before.claimed >= BigInt(number)) {
      throw refused(`its number ${number} is not above ${before.claimed}`);
    }
    await tx.crl.upsert({
      where: { issuerId: root.id },
      create: { issuerId: root.id, claimed: BigInt(number), leaseUntil: thisUpdate },
      update: { claimed: BigInt(number) },
    });
    const sha256 = createHash('sha256').update(input.der).digest('hex');
    await storeCrl(tx, root.id, {
      number,
      entries,
      thisUpdate,
      nextUpdate,
      der: input.der,
      sha256,
    });
    await recordEvent(tx, {
      chain: DEPLOYMENT_CHAIN,
      actor: scope.actor,
      requestId: scope.requestId,
      action: 'issuer.list-published',
      object: { kind: 'issuer', id: root.id },
      detail: { number, entries, nextUpdate: nextUpdate.toISOString() },
    });
    return { id: root.id, number, entries, nextUpdate: nextUpdate.toISOString() };
  });
}

function listOf(
  der: Uint8Array,
  issuerDer: Uint8Array,
): { linted: LintedCrl; thisUpdate: Date; nextUpdate: Date } {
  try {
    const [tbsDer = new Uint8Array(), , signature = new Uint8Array()] = shallowParts(der);
    const { thisUpdate, nextUpdate } = readCrlDraft({ tbsDer, issuerDer });
    // Of its own moment: it was signed hours or days ago, and carried here.
    const result = lintCrl({ tbsDer, issuerDer, now: thisUpdate });
    if ('findings' in result) throw refused(result.findings[0]?.message ?? 'it breaks a rule');
    const { hash } = signingAlgorithmOf(issuerDer).webCryptoSign;
    const { publicKey } = new X509Certificate(issuerDer);
    const value = bitStringOctets(readDer(signature), 'a signature');
    if (!verify(hash.replace('-', ''), tbsDer, publicKey, value)) {
      throw refused('it is not signed by this root');
    }
    return { linted: result.linted, thisUpdate, nextUpdate };
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw refused(error instanceof Error ? error.message : 'it cannot be read');
  }
}

function refused(why: string): AppError {
  return new AppError('invalid_request', {
    detail: `The revocation list is not taken: ${why}. Nothing was changed.`,
  });
}
