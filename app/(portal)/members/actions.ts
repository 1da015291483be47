'use server';

import { refresh, revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import type { AskState } from '@/components/members/ask-for-it';
import type { InvitationState } from '@/components/members/invitation-acts';
import type { InviteState } from '@/components/members/invite-form';
import type { MemberState } from '@/components/members/member-form';
import { type Given, givenOf, givenText } from '@/components/members/role-words';
import { askForManageMtls } from '@/lib/accounts/ask';
import { invite, sendInvitationAgain, withdrawInvitation } from '@/lib/accounts/invitations';
import { changeMember, leaveAccount, removeMember } from '@/lib/accounts/members';
import { invitationBody } from '@/lib/contract/members';
import { requireSignedIn } from '@/lib/identity/session';
import { isEnvironment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { parsed } from '@/lib/platform/body';
import { attempt } from '../attempt';

const short = z.string().max(300).catch('');

export async function inviteAction(_: InviteState, data: FormData): Promise<InviteState> {
  const { principal } = await requireSignedIn();
  const values = { email: short.parse(data.get('email')), given: short.parse(data.get('given')) };
  const invited = await attempt(() => {
    const body = parsed({ email: values.email, ...picked(values.given) }, invitationBody);
    return invite(principal, body);
  });
  if (!invited.ok) return { values, problem: invited.problem };
  revalidatePath('/', 'layout');
  redirect('/members');
}

export async function invitationAction(
  _: InvitationState,
  data: FormData,
): Promise<InvitationState> {
  const { principal } = await requireSignedIn();
  const id = short.parse(data.get('id'));
  const act = data.get('act') === 'withdraw' ? withdrawInvitation : sendInvitationAgain;
  const done = await attempt(() => act(principal, id));
  if (!done.ok) return { problem: done.problem };
  refresh();
  return { sent: 'Sent. The link of before no longer works.' };
}

export async function roleAction(
  personId: string,
  _: MemberState,
  data: FormData,
): Promise<MemberState> {
  const { principal } = await requireSignedIn();
  const given = short.parse(data.get('given'));
  const changed = await attempt(async () => {
    const wanted = picked(given);
    await changeMember(principal, personId, wanted);
    return wanted;
  });
  if (!changed.ok) return { given, problem: changed.problem };
  refresh();
  return { given, saved: `The role is ${givenText(changed.value)} now.` };
}

export async function removeAction(personId: string): Promise<MemberState> {
  const { principal } = await requireSignedIn();
  const removed = await attempt(() => removeMember(principal, personId));
  if (!removed.ok) return { given: '', problem: removed.problem };
  revalidatePath('/', 'layout');
  redirect('/members');
}

export async function leaveAction(): Promise<MemberState> {
  const { principal } = await requireSignedIn();
  const left = await attempt(() => leaveAccount(principal));
  if (!left.ok) return { given: '', problem: left.problem };
  revalidatePath('/', 'layout');
  redirect('/');
}

/** @param environment where it is wanted; whatever a client sent */
export async function askAction(environment: unknown): Promise<AskState> {
  const { principal } = await requireSignedIn();
  const wanted = isEnvironment(environment) ? environment : null;
  const asked = await attempt(() => askForManageMtls(principal, wanted));
  if (!asked.ok) return { problem: asked.problem };
  return { asked: 'The Owners and Admins of the account were asked, by mail.' };
}

function picked(value: string): Given {
  const given = givenOf(value);
  if (given) return given;
  throw new AppError('invalid_request', {
    detail: 'No role was picked. Pick what they may do. Nothing was changed.',
  });
}
