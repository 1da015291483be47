import { notFound, unstable_rethrow } from 'next/navigation';
import { z } from 'zod';
import type { Problem } from '@/components/ui/problem';
import { findingSchema } from '@/lib/contract/views';
import { AppError, ERRORS } from '@/lib/kernel/errors';
import { log } from '@/lib/platform/log';
import { asAppError } from '@/lib/platform/problem';
import { requestFacts } from '@/lib/platform/request';

export type Attempt<T> = { ok: true; value: T } | { ok: false; problem: Problem };

/** Runs a use case for a form or a page, and turns what it throws into what is shown. */
export async function attempt<T>(work: () => Promise<T>): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await work() };
  } catch (error) {
    unstable_rethrow(error);
    return { ok: false, problem: await problemOf(error) };
  }
}

/** Reads for a page: what is not there, or is another account's, is the not-found page. */
export async function orNotFound<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof AppError && error.code === 'not_found') notFound();
    throw error;
  }
}

const shownMembers = z.object({
  findings: z.array(findingSchema).optional(),
  pending: z
    .object({ id: z.string(), label: z.string(), environment: z.string(), voidAt: z.string() })
    .optional(),
  retirable: z
    .array(
      z.object({
        id: z.string(),
        label: z.string(),
        commonName: z.string(),
        lastSeenAt: z.string().nullable(),
      }),
    )
    .optional(),
});

async function problemOf(error: unknown): Promise<Problem> {
  const known = asAppError(error);
  const { requestId } = await requestFacts();
  if (known.code === 'internal_error') log().error({ err: error, requestId }, 'unexpected error');
  const { code, detail } = known;
  const { findings, pending, retirable } = shownMembers.parse(known.members);
  return {
    code,
    title: ERRORS[code].title,
    detail,
    requestId,
    ...(findings ? { findings } : {}),
    ...(pending ? { pending } : {}),
    ...(retirable ? { retirable } : {}),
  };
}
