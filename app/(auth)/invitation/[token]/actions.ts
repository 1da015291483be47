'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';
import { attempt } from '@/app/(portal)/attempt';
import type { AcceptState } from '@/components/members/accept-form';
import { acceptAsNewPerson, acceptAsSignedIn } from '@/lib/accounts/accept';
import { newPersonBody } from '@/lib/contract/members';
import { signedIn } from '@/lib/identity/session';
import { signIn, signOut, switchAccount } from '@/lib/identity/sign-in';
import { AppError } from '@/lib/kernel/errors';
import { parsed } from '@/lib/platform/body';
import { requestFacts } from '@/lib/platform/request';

const text = (data: FormData, name: string) =>
  z.string().max(1_024).catch('').parse(data.get(name));

/** Makes the person, and signs them in. */
export async function acceptAction(
  token: string,
  _: AcceptState,
  data: FormData,
): Promise<AcceptState> {
  const values = { name: text(data, 'name').slice(0, 200) };
  const password = text(data, 'password');
  const joined = await attempt(async () => {
    if (await signedIn()) throw someoneIsHere();
    const person = parsed({ name: values.name, password }, newPersonBody);
    const { requestId } = await requestFacts();
    return acceptAsNewPerson(token, person, requestId);
  });
  if (!joined.ok) return { values, problem: joined.problem };
  await signIn({ email: joined.value.email, password });
  redirect('/');
}

/** Of who is signed in with the invited address. */
export async function joinAction(token: string): Promise<AcceptState> {
  const values = { name: '' };
  const joined = await attempt(async () => {
    const found = await signedIn();
    if (!found) {
      throw new AppError('unauthenticated', {
        detail: 'You are signed out. Sign in, then open the link again. Nothing was changed.',
      });
    }
    const { person, principal, confinedTo } = found;
    if (confinedTo !== null) {
      throw new AppError('forbidden', {
        detail:
          'You are signed in for one account alone, by its identity provider. Sign out, sign in with your own password, then open the link again.',
      });
    }
    return acceptAsSignedIn(token, person, principal.requestId);
  });
  if (!joined.ok) return { values, problem: joined.problem };
  await switchAccount(joined.value.accountId);
  redirect('/');
}

/** Signs out whoever is here, and comes back to the link. */
export async function signOutAction(token: string): Promise<void> {
  await signOut();
  redirect(`/invitation/${encodeURIComponent(token)}`);
}

function someoneIsHere(): AppError {
  return new AppError('forbidden', {
    detail: 'Somebody is signed in in this browser. Sign out, then open the link again.',
  });
}
