'use server';

import { redirect } from 'next/navigation';
import { resetPassword } from '@/lib/identity/reset-password';
import { AppError } from '@/lib/kernel/errors';
import { requestFacts } from '@/lib/platform/request';

export type ResetState = { message?: string };

export async function resetAction(_: ResetState, data: FormData): Promise<ResetState> {
  const secret = String(data.get('token') ?? '');
  const password = String(data.get('password') ?? '');
  try {
    await resetPassword({ secret, password }, await requestFacts());
  } catch (error) {
    if (error instanceof AppError && error.code !== 'internal_error') {
      return { message: error.detail };
    }
    throw error;
  }
  redirect('/sign-in?done=password');
}
