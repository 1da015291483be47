'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';
import { signIn } from '@/lib/identity/sign-in';
import { localPath } from './local-path';

export type SignInState = { message?: string; values: { email: string } };

const credentials = z.object({
  email: z.string().trim().min(1).max(254),
  password: z.string().min(1).max(1024),
});

export async function signInAction(_: SignInState, data: FormData): Promise<SignInState> {
  const input = credentials.safeParse({ email: data.get('email'), password: data.get('password') });
  const typed = data.get('email');
  const values = { email: typeof typed === 'string' ? typed.slice(0, 254) : '' };
  if (!input.success) {
    return { message: 'Fill in both: your e-mail address and your password.', values };
  }
  const outcome = await signIn(input.data);
  if (outcome.is === 'refused') return { message: outcome.message, values };
  const next = localPath(data.get('next'));
  if (outcome.is === 'signed in') redirect(next);
  redirect(`/sign-in/second?next=${encodeURIComponent(next)}`);
}
