/** Secrets that prove one thing, once, for a while: a link in a mail, a challenge to a browser. Only hashes are kept. */
import { z } from 'zod';
import { HOUR_MS } from '@/lib/kernel/time';
import { currentTime } from '@/lib/platform/clock';
import type { Tx } from '@/lib/platform/database';
import { newSecret, sha256 } from '@/lib/platform/random';

export type ProofKind = 'passkey-add' | 'passkey' | 'password-reset' | 'email-change' | 'sso';
export type ProofData = Record<string, string>;

const KEPT_AFTER_MS = 24 * HOUR_MS;
const proofData = z.record(z.string(), z.string());

/** @returns a secret of 256 bits, URL-safe, which is nowhere else */
export async function issueProof(
  tx: Tx,
  proof: { kind: ProofKind; personId: string | null; data?: ProofData; lastsMs: number },
): Promise<string> {
  const { kind, personId, data = {}, lastsMs } = proof;
  const now = currentTime().getTime();
  const secret = newSecret();
  await tx.proof.deleteMany({ where: { expiresAt: { lt: new Date(now - KEPT_AFTER_MS) } } });
  await tx.proof.create({
    data: {
      digest: digestOf(kind, secret),
      kind,
      personId,
      data,
      expiresAt: new Date(now + lastsMs),
    },
  });
  return secret;
}

/** What the secret proves, which it does no more after this; null when it is unknown, used or too old. */
export async function spendProof(
  tx: Tx,
  { kind, secret }: { kind: ProofKind; secret: string },
): Promise<{ personId: string | null; data: ProofData } | null> {
  const digest = digestOf(kind, secret);
  const now = currentTime();
  // Of two who come with one secret at once, one finds it used.
  const { count } = await tx.proof.updateMany({
    where: { digest, kind, usedAt: null, expiresAt: { gt: now } },
    data: { usedAt: now },
  });
  return count === 1 ? readProof(tx, digest) : null;
}

/** As `spendProof`, without using it: for the page that asks what to do with it. */
export async function peekProof(
  tx: Tx,
  { kind, secret }: { kind: ProofKind; secret: string },
): Promise<{ personId: string | null; data: ProofData } | null> {
  const digest = digestOf(kind, secret);
  const live = { digest, kind, usedAt: null, expiresAt: { gt: currentTime() } };
  return (await tx.proof.findFirst({ where: live })) ? readProof(tx, digest) : null;
}

/** Every secret of a kind that a person has out is worth nothing from now on. */
export async function voidProofs(tx: Tx, personId: string, kinds: ProofKind[]): Promise<void> {
  await tx.proof.updateMany({
    where: { personId, kind: { in: kinds }, usedAt: null },
    data: { usedAt: currentTime() },
  });
}

async function readProof(tx: Tx, digest: Uint8Array<ArrayBuffer>) {
  const row = await tx.proof.findUniqueOrThrow({ where: { digest } });
  return { personId: row.personId, data: proofData.parse(row.data) };
}

function digestOf(kind: ProofKind, secret: string): Uint8Array<ArrayBuffer> {
  return sha256(`${kind}:${secret.slice(0, 200)}`);
}
