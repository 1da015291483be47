import { z } from 'zod';
import { confirmByPasskey, confirmItIsMe } from '@/lib/identity/confirm';
import { signedIn } from '@/lib/identity/session';
import { AppError } from '@/lib/kernel/errors';

const typed = z.string().min(1).max(256);

/** Judges what was typed to confirm. @returns why it was not taken; null: it was */
export async function prove(data: FormData): Promise<string | null> {
  const found = await signedIn();
  if (!found) return 'Your session has ended. Sign in again.';
  const passkey = data.get('passkey');
  const proof = typed.safeParse(data.get('proof'));
  if (passkey === null && !proof.success) {
    return 'Type your password, or a code from your authenticator app.';
  }
  try {
    await (proof.success ? confirmItIsMe(found, proof.data) : confirmByPasskey(found, passkey));
    return null;
  } catch (error) {
    if (error instanceof AppError && error.code !== 'internal_error') return error.detail;
    throw error;
  }
}
