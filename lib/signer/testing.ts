/** A CA of its own for tests, made by the real ceremony at a fixed moment, and leaves under it. */
import { createHash } from 'node:crypto';
import { vi } from 'vitest';
import { checkCsr, type VerifiedCsr } from '@/lib/pki/csr-check';
import { type DerNode, readDer } from '@/lib/pki/der';
import { tlv } from '@/lib/pki/der-write';
import { draftClientCertificate } from '@/lib/pki/draft';
import { type LintedDraft, lint } from '@/lib/pki/lint';
import { serialFrom } from '@/lib/pki/serial';
import { createAuthority } from './ceremony';
import { inProcessSigner } from './in-process';
import type { Signer } from './port';
import { type SealingKey, sealingKeyFrom } from './sealed-key';

// Six derivations by scrypt take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export const NOW = new Date('2026-11-21T05:45:30.250Z');
export const LEGAL_NAME = 'Meridian Freight';
export const ACCOUNT_ID = 'acct_01jd3b8v9q';

export type TestAuthority = Awaited<ReturnType<typeof createAuthority>> & {
  sealingKey: SealingKey;
  signer: Signer;
  productionDer: Uint8Array;
};

export async function testAuthority(): Promise<TestAuthority> {
  const sealingKey = await sealingKeyFrom('a passphrase for tests', new Uint8Array(16));
  const made = await createAuthority({
    providerName: 'Harbor Bank',
    environments: ['production', 'sandbox'],
    now: NOW,
    sealingKey,
  });
  const issuers = made.issuing.map((one) => ({ ...one, issuerId: one.environment }));
  const signer = await inProcessSigner({ issuers, sealingKey });
  const [production] = made.issuing;
  if (!production) throw new Error('the ceremony made no issuing CA');
  return { ...made, sealingKey, signer, productionDer: production.certificateDer };
}

/** @throws Error with the findings when the request does not pass */
export async function verifiedCsr(
  input: string | Uint8Array,
  legalName = LEGAL_NAME,
): Promise<VerifiedCsr> {
  const { csr, findings } = await checkCsr(input, { legalName });
  if (csr === null) throw new Error(JSON.stringify(findings));
  return csr;
}

export function testDraft(
  csr: VerifiedCsr,
  issuerDer: Uint8Array,
  change: { legalName?: string; now?: Date; seed?: string } = {},
) {
  const { legalName = LEGAL_NAME, now = NOW, seed = 'serial' } = change;
  const random = createHash('sha256').update(seed).digest().subarray(0, 16);
  return draftClientCertificate({
    csr,
    legalName,
    accountId: ACCOUNT_ID,
    environment: 'production',
    issuerDer,
    serial: serialFrom(random),
    now,
  });
}

/** @throws Error with the rules that the draft breaks */
export function linted(draft: { tbsDer: Uint8Array; issuerDer: Uint8Array }): LintedDraft {
  const result = lint(draft);
  if ('linted' in result) return result.linted;
  throw new Error(result.findings.map((one) => one.rule).join(', '));
}

/** Requests for `production`, signed. DER. */
export async function issued(
  authority: TestAuthority,
  csr: VerifiedCsr,
  change: { legalName?: string; now?: Date; seed?: string } = {},
): Promise<Uint8Array> {
  const draft = await testDraft(csr, authority.productionDer, change);
  return authority.signer.sign({
    intentId: `intent ${change.seed}`,
    issuerId: 'production',
    tbs: linted(draft),
  });
}

/**
 * The same structure with some of its values replaced, and every length around them put right.
 * @param change what stands in the place of a value; null for the value itself
 */
export function rewritten(
  der: Uint8Array,
  change: (node: DerNode) => Uint8Array | null,
): Uint8Array {
  const written = (node: DerNode): Uint8Array => {
    const changed = change(node);
    if (changed !== null) return changed;
    const isPrimitive = (node.tag & 0x20) === 0;
    return isPrimitive ? node.der : tlv(node.tag, ...node.children.map(written));
  };
  return written(readDer(der));
}
