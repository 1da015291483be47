'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';
import { signInWithCode } from '@/lib/identity/sign-in';
import { localPath } from '../local-path';

export type CodeState = { message?: string };

const typed = z.string().trim().min(1).max(100);

export async function codeAction(_: CodeState, data: FormData): Promise<CodeState> {
  const code = typed.safeParse(data.get('code'));
  if (!code.success) return { message: 'Type the six digits, or a recovery code.' };
  const outcome = await signInWithCode(code.data);
  if (outcome.is === 'refused') return { message: outcome.message };
  redirect(localPath(data.get('next')));
}
