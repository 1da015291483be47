'use server';

import { after } from 'next/server';
import { z } from 'zod';
import { mayAskForReset, sendReset } from '@/lib/identity/reset-password';
import { AppError } from '@/lib/kernel/errors';
import { requestFacts } from '@/lib/platform/request';

export type ForgottenState = { message?: string; sent?: 'yes' };

const typed = z.email().max(254);

export async function forgottenAction(_: ForgottenState, data: FormData): Promise<ForgottenState> {
  const email = typed.safeParse(String(data.get('email') ?? '').trim());
  if (!email.success) return { message: 'Type the e-mail address that you sign in with.' };
  const request = await requestFacts();
  try {
    await mayAskForReset(request);
  } catch (error) {
    if (error instanceof AppError && error.code === 'rate_limited') {
      return { message: error.detail };
    }
    throw error;
  }
  // The answer is on its way before anybody is looked for.
  after(() => sendReset(email.data, request));
  return { sent: 'yes' };
}
