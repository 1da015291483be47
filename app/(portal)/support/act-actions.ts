'use server';

import { refresh } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import type { AskState, AskValues } from '@/components/support-acts/act-form';
import type { DecideState } from '@/components/support-acts/decide-form';
import type { PressState } from '@/components/support-acts/press-form';
import { isAccountActKind } from '@/components/support-acts/words';
import type { Principal } from '@/lib/access/scope';
import { actReason, actSchema, decisionNote } from '@/lib/contract/support-acts';
import { requireSignedIn } from '@/lib/identity/session';
import { AppError } from '@/lib/kernel/errors';
import { isId } from '@/lib/kernel/ids';
import { looksLikePrivateKey } from '@/lib/pki/private-key';
import { parsed } from '@/lib/platform/body';
import { askForAct } from '@/lib/support-acts/ask';
import { approveAct, declineAct, endAct, withdrawAct } from '@/lib/support-acts/decide';
import { attempt } from '../attempt';

// Given back into the page, so that nothing typed is lost; but a private key goes nowhere.
const typed = z
  .string()
  .max(1_000)
  .refine((text) => !looksLikePrivateKey(text))
  .catch('');

/** Asks for an act on one account; what one person may decide is then done. */
export async function askAction(
  accountId: string,
  kind: string,
  _: AskState,
  data: FormData,
): Promise<AskState> {
  const { principal } = await requireSignedIn();
  const values = valuesOf(data);
  const asked = await attempt(async () => {
    if (data.get('sure') !== 'yes') {
      throw new AppError('confirmation_required', {
        detail: 'Say that you mean this account. Nothing was changed.',
      });
    }
    const act = parsed(actOf(kind, values, data), actSchema);
    const { reason } = parsed({ reason: values.reason }, z.object({ reason: actReason }));
    return askForAct(principal, { accountId: knownAccount(accountId), act, reason });
  });
  if (!asked.ok) return { values, problem: asked.problem };
  redirect(`/support/accounts/${accountId}/acts`);
}

export async function decideAction(
  id: string,
  _: DecideState,
  data: FormData,
): Promise<DecideState> {
  const { principal } = await requireSignedIn();
  const note = typed.parse(data.get('note'));
  const decided = await attempt(async () => {
    const { note: said } = parsed({ note }, z.object({ note: decisionNote }));
    if (data.get('decision') === 'approve') await approveAct(principal, id, said);
    else await declineAct(principal, id, said);
  });
  if (!decided.ok) return { note, problem: decided.problem };
  refresh();
  return { note: '' };
}

export async function withdrawAction(id: string): Promise<PressState> {
  return press((principal) => withdrawAct(principal, id));
}

export async function endAction(id: string): Promise<PressState> {
  return press((principal) => endAct(principal, id));
}

async function press(work: (principal: Principal) => Promise<unknown>): Promise<PressState> {
  const { principal } = await requireSignedIn();
  const done = await attempt(() => work(principal));
  if (!done.ok) return { problem: done.problem };
  refresh();
  return {};
}

function valuesOf(data: FormData): AskValues {
  return {
    reason: typed.parse(data.get('reason')),
    limit: typed.parse(data.get('limit')),
    environment: typed.parse(data.get('environment')),
    minutes: typed.parse(data.get('minutes')),
    email: typed.parse(data.get('email')),
  };
}

/** What the form says, for the schema to judge. */
function actOf(kind: string, values: AskValues, data: FormData): Record<string, unknown> {
  if (!isAccountActKind(kind)) throw noSuchAct();
  switch (kind) {
    case 'live-limit':
      return { kind, limit: Number(values.limit) };
    case 'plan':
      return { kind, plan: data.get('plan') };
    case 'break-glass':
      return { kind, environment: values.environment, minutes: Number(values.minutes) };
    case 'grant-manage-mtls':
      return { kind, email: values.email, environment: values.environment || null };
    case 'suspend-account':
    case 'resume-account':
      return { kind };
  }
}

/** For values whose type is only claimed. */
function knownAccount(id: unknown): string {
  if (isId('account', id)) return id;
  throw new AppError('not_found', { detail: 'There is no such account. Check the address.' });
}

function noSuchAct(): AppError {
  return new AppError('not_found', { detail: 'There is no such act. Pick one on the page.' });
}
