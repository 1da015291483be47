'use server';

import { revalidatePath } from 'next/cache';
import { notFound, redirect } from 'next/navigation';
import { signOut, switchAccount } from '@/lib/identity/sign-in';
import { attempt } from './attempt';

export async function signOutAction(): Promise<void> {
  await signOut();
  redirect('/sign-in');
}

export async function switchAccountAction(data: FormData): Promise<void> {
  const switched = await attempt(() => switchAccount(data.get('accountId')));
  if (!switched.ok) notFound();
  revalidatePath('/', 'layout');
  redirect('/');
}
