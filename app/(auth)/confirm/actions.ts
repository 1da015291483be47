'use server';

import { redirect } from 'next/navigation';
import { localPath } from '../sign-in/local-path';
import { prove } from './prove';

export type ConfirmState = { message?: string };

export async function confirmAction(_: ConfirmState, data: FormData): Promise<ConfirmState> {
  const message = await prove(data);
  if (message !== null) return { message };
  redirect(localPath(data.get('next')));
}
