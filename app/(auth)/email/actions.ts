'use server';

import { redirect } from 'next/navigation';
import { confirmEmailChange } from '@/lib/identity/change-email';
import { AppError } from '@/lib/kernel/errors';
import { requestFacts } from '@/lib/platform/request';

export async function confirmEmailAction(data: FormData): Promise<void> {
  const secret = String(data.get('token') ?? '');
  try {
    await confirmEmailChange(secret, await requestFacts());
  } catch (error) {
    // The page says of a link that works no more what it says on every visit.
    if (!(error instanceof AppError) || error.code !== 'invalid_request') throw error;
    redirect('/email');
  }
  redirect('/profile');
}
