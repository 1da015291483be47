/** What every act writes: its row, and who may be told of whom. */
import { z } from 'zod';
import type { SupportAct } from '@/generated/prisma/client';
import { ACTOR_KINDS, type Actor } from '@/lib/access/scope';
import { type Act, actOutcome, actSchema } from '@/lib/contract/support-acts';
import { AppError } from '@/lib/kernel/errors';
import type { Tx } from '@/lib/platform/database';

const actorSchema = z.object({ kind: z.enum(ACTOR_KINDS), id: z.string(), name: z.string() });

/** A row as it is worked with. */
export type StoredAct = Omit<SupportAct, 'askedBy' | 'decidedBy' | 'input' | 'outcome'> & {
  act: Act;
  askedBy: Actor;
  decidedBy: Actor | null;
  outcome: z.infer<typeof actOutcome>;
};

export function storedAct(row: SupportAct): StoredAct {
  const { input, askedBy, decidedBy, outcome, ...rest } = row;
  return {
    ...rest,
    act: actSchema.parse(input),
    askedBy: actorSchema.parse(askedBy),
    decidedBy: decidedBy === null ? null : actorSchema.parse(decidedBy),
    outcome: actOutcome.parse(outcome ?? {}),
  };
}

/**
 * The act, with its account's row and its own locked until commit, in this order: whoever changes the account takes
 * that lock first.
 * @throws AppError `not_found`
 */
export async function lockAct(tx: Tx, id: string): Promise<StoredAct> {
  const seen = await tx.supportAct.findUnique({ where: { id } });
  if (!seen) throw noAct();
  if (seen.accountId) {
    await tx.$queryRaw`SELECT 1 FROM account WHERE id = ${seen.accountId} FOR NO KEY UPDATE`;
  }
  await tx.$queryRaw`SELECT 1 FROM support_act WHERE id = ${id} FOR UPDATE`;
  return storedAct(await tx.supportAct.findUniqueOrThrow({ where: { id } }));
}

export function noAct(): AppError {
  return new AppError('not_found', { detail: 'There is no such act. Check the address.' });
}

/** What the customer's trail says of an act beside what changed: why, and who stood for it. */
export function actDetail({ id, reason, decidedBy }: StoredAct): Record<string, string> {
  return { reason, actId: id, ...(decidedBy ? { approvedBy: decidedBy.name } : {}) };
}
