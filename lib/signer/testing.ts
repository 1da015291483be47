/** A CA of its own for tests, made by the real ceremony at a fixed moment, and leaves under it. */
import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { type PkiAddresses, pkiAddresses } from '@/lib/pki/addresses';
import { checkCsr, type VerifiedCsr } from '@/lib/pki/csr-check';
import { type DerNode, readDer } from '@/lib/pki/der';
import { tlv } from '@/lib/pki/der-write';
import { draftClientCertificate } from '@/lib/pki/draft';
import { type LintedDraft, lint } from '@/lib/pki/lint';
import { serialFrom } from '@/lib/pki/serial';
import { createAuthority, sealedKeys } from './ceremony';
import { type FolderSigner, openFolderSigner } from './folder-signer';
import { folderSealingKey, type StoredIssuer, storeIssuer } from './key-folder';
import type { Signer } from './port';
import type { SealingKey } from './sealed-key';

// Six derivations by scrypt take their time on a busy machine.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

export const NOW = new Date('2026-11-21T05:45:30.250Z');
export const LEGAL_NAME = 'Meridian Freight';
export const ACCOUNT_ID = 'acct_01jd3b8v9q';

export const PKI_URL = 'https://pki.harbor.example';

export type TestAuthority = {
  root: StoredIssuer;
  issuing: StoredIssuer[];
  folder: string;
  sealingKey: SealingKey;
  /** What the signer takes for the present moment. */
  clock: { now: Date };
  opened: FolderSigner;
  signer: Signer;
  production: StoredIssuer;
  sandbox: StoredIssuer;
  productionDer: Uint8Array;
  /** Of the issuing CA of production. */
  addresses: PkiAddresses;
};

export async function testAuthority(): Promise<TestAuthority> {
  const clock = { now: NOW };
  const folder = mkdtempSync(join(tmpdir(), 'countersign-signer-'));
  const sealingKey = await folderSealingKey(folder, 'a passphrase for tests');
  const keys = sealedKeys(sealingKey);
  const made: StoredIssuer[] = [];
  await createAuthority({
    providerName: 'Harbor Bank',
    environments: ['production', 'sandbox'],
    now: NOW,
    rootKeys: keys,
    issuingKeys: keys,
    pkiUrl: PKI_URL,
    stored: [],
    root: null,
    store: (issuer) => {
      storeIssuer(folder, issuer);
      made.push(issuer);
    },
  });
  const opened = await openTestSigner({ folder, sealingKey, now: () => clock.now });
  const [root, ...issuing] = made;
  const [production, sandbox] = issuing;
  if (!root || !production || !sandbox) throw new Error('the ceremony made too few CAs');
  return {
    root,
    issuing,
    folder,
    sealingKey,
    clock,
    opened,
    signer: opened.signer,
    production,
    sandbox,
    productionDer: production.certificateDer,
    addresses: pkiAddresses(PKI_URL, production.issuerId),
  };
}

export function openTestSigner(input: {
  folder: string;
  sealingKey: SealingKey;
  now?: () => Date;
}): Promise<FolderSigner> {
  const now = () => NOW;
  return openFolderSigner({
    openTokenKey: null,
    pkiUrl: PKI_URL,
    now,
    maxPerMinute: 10_000,
    ...input,
  });
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
  {
    production,
    addresses,
  }: { production: { certificateDer: Uint8Array }; addresses: PkiAddresses },
  change: { legalName?: string; now?: Date; seed?: string } = {},
) {
  const { legalName = LEGAL_NAME, now = NOW, seed = 'serial' } = change;
  const random = createHash('sha256').update(seed).digest().subarray(0, 16);
  return draftClientCertificate({
    csr,
    legalName,
    accountId: ACCOUNT_ID,
    environment: 'production',
    issuerDer: production.certificateDer,
    addresses,
    serial: serialFrom(random),
    now,
  });
}

/** @throws Error with the rules that the draft breaks */
export function linted(draft: Parameters<typeof lint>[0]): LintedDraft {
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
  const draft = await testDraft(csr, authority, change);
  authority.clock.now = change.now ?? NOW;
  return authority.signer.sign({
    intentId: `intent ${change.seed}`,
    issuerId: authority.production.issuerId,
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
