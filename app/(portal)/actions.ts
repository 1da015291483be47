'use server';

import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { signOut, switchAccount } from '@/lib/identity/sign-in';

export async function signOutAction(): Promise<void> {
  await signOut();
  redirect('/sign-in');
}

export async function switchAccountAction(data: FormData): Promise<void> {
  await switchAccount(z.string().max(100).parse(data.get('accountId')));
  revalidatePath('/', 'layout');
  redirect('/');
}
