import { redirect } from 'next/navigation';
import { cache } from 'react';
import type { Desk } from '@/components/shell/places';
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
  const desk = deskOf(signedIn);
  // Staff without an account of their own are at the desk; a view that is over brings them back to it.
  if (account === null && desk !== 'none') redirect(DESKS[desk]);
  return account?.ok ? signedIn : null;
}

const DESKS: Record<Exclude<Desk, 'none'>, string> = {
  support: '/support',
  operator: '/support/fleet',
};

/** Which part of the provider's desk is open to who is here; none of it while an account is viewed. */
export function deskOf({ staffRoles }: SignedIn): Desk {
  if (staffRoles.some((role) => role !== 'operator')) return 'support';
  return staffRoles.length > 0 ? 'operator' : 'none';
}
