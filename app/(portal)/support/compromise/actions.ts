'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';
import type { FindKeyState } from '@/components/support-acts/find-key-form';
import type { RunState } from '@/components/support-acts/run-form';
import { actReason, actSchema } from '@/lib/contract/support-acts';
import { requireSignedIn } from '@/lib/identity/session';
import { AppError } from '@/lib/kernel/errors';
import { looksLikePrivateKey } from '@/lib/pki/private-key';
import { parsed } from '@/lib/platform/body';
import { MAX_QUERY_CHARACTERS } from '@/lib/support/query';
import { askForAct } from '@/lib/support-acts/ask';
import { findKeys } from '@/lib/support-acts/key-use';
import { attempt } from '../../attempt';

// Given back into the page, so that nothing typed is lost; but a private key goes nowhere.
const shown = z
  .string()
  .refine((text) => !looksLikePrivateKey(text))
  .catch('');

/** Leads to the key that was meant, or says why there is none. */
export async function findKeyAction(_: FindKeyState, data: FormData): Promise<FindKeyState> {
  const { principal } = await requireSignedIn();
  const typed = z.string().max(MAX_QUERY_CHARACTERS).catch('').parse(data.get('what'));
  const found = await attempt(() => findKeys(principal, typed));
  if (!found.ok) return { what: shown.parse(typed), keys: [], problem: found.problem };
  const [only, ...others] = found.value;
  if (only && others.length === 0) redirect(`/support/compromise?key=${only}`);
  return { what: shown.parse(typed), keys: found.value };
}

export async function runAction(
  spkiSha256: string,
  since: string,
  _: RunState,
  data: FormData,
): Promise<RunState> {
  const { principal } = await requireSignedIn();
  const reason = shown.parse(data.get('reason')).slice(0, 1_000);
  const asked = await attempt(async () => {
    if (data.get('sure') !== 'yes') {
      throw new AppError('confirmation_required', {
        detail: 'Say that this key is to be revoked. Nothing was changed.',
      });
    }
    const act = parsed({ kind: 'compromise', spkiSha256, since }, actSchema);
    const { reason: why } = parsed({ reason }, z.object({ reason: actReason }));
    return askForAct(principal, { act, accountId: null, reason: why });
  });
  if (!asked.ok) return { reason, problem: asked.problem };
  redirect(`/support/compromise/${asked.value.id}`);
}
