'use server';

import { refresh } from 'next/cache';
import { z } from 'zod';
import { confirmationWord } from '@/components/enforcement/confirmation';
import type { EnforcementState } from '@/components/enforcement/enforcement-form';
import { enforcementBody } from '@/lib/contract/enforcement';
import { setEnforcement } from '@/lib/enforcement/change';
import { mustBeEnvironment } from '@/lib/enforcement/read';
import { requireSignedIn } from '@/lib/identity/session';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { parsed } from '@/lib/platform/body';
import { attempt } from '../attempt';

export async function enforcementAction(
  environment: Environment,
  _: EnforcementState,
  data: FormData,
): Promise<EnforcementState> {
  const { principal } = await requireSignedIn();
  const values = { confirmation: z.string().max(100).catch('').parse(data.get('confirmation')) };
  const changed = await attempt(async () => {
    mustBeEnvironment(environment);
    const { mode } = parsed({ mode: data.get('mode') }, enforcementBody);
    const word = confirmationWord(environment);
    if (mode === 'enforce' && values.confirmation.trim().toLowerCase() !== word) {
      throw new AppError('confirmation_required', {
        detail: `Type "${word}" to confirm. Nothing was changed.`,
      });
    }
    return setEnforcement(principal, environment, { mode });
  });
  if (!changed.ok) return { values, problem: changed.problem };
  refresh();
  return { values: { confirmation: '' } };
}
