import { cache } from 'react';
import { usedSlots } from '@/lib/accounts/overview';
import { requireSignedIn, type SignedIn } from '@/lib/identity/session';
import { attempt } from './attempt';

/** Who is here, and whether the account the session looks at can be read; asked once per request. */
export const opened = cache(async () => {
  const signedIn = await requireSignedIn();
  const account = signedIn.account ? await attempt(() => usedSlots(signedIn.principal)) : null;
  return { signedIn, account };
});

/**
 * For pages of an account; null for who has none open, or may not read it. Next renders a page even where the layout
 * shows something in its place, and the use cases of that page would only throw.
 */
export async function inAccount(): Promise<SignedIn | null> {
  const { signedIn, account } = await opened();
  return account?.ok ? signedIn : null;
}
