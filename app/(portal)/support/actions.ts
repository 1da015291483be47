'use server';

import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import { casePath, searchPath } from '@/components/support/paths';
import type { SearchState } from '@/components/support/search-box';
import type { ViewState } from '@/components/support/view-form';
import { requireSignedIn } from '@/lib/identity/session';
import { looksLikePrivateKey } from '@/lib/pki/private-key';
import { MAX_QUERY_CHARACTERS } from '@/lib/support/query';
import { find } from '@/lib/support/search';
import { endView, startView } from '@/lib/support/view-as';
import { attempt } from '../attempt';

// One character more than is read, so that too much is told apart from a file that was cut.
const typed = z
  .string()
  .transform((text) => text.slice(0, MAX_QUERY_CHARACTERS + 1))
  .catch('');

// Given back into the page; but a private key goes nowhere.
const short = z
  .string()
  .max(400)
  .refine((text) => !looksLikePrivateKey(text))
  .catch('');

/** A file goes no further than this request: what identifies it stands in the address that follows. */
export async function findAction(_: SearchState, data: FormData): Promise<SearchState> {
  const { principal } = await requireSignedIn();
  const found = await attempt(() => find(principal, typed.parse(data.get('q'))));
  if (!found.ok) return { problem: found.problem, asked: '' };
  redirect(found.value ? searchPath(found.value.asked) : '/support');
}

export async function startViewAction(
  accountId: string,
  _: ViewState,
  data: FormData,
): Promise<ViewState> {
  const { principal, sessionId } = await requireSignedIn();
  const reason = short.parse(data.get('reason'));
  const started = await attempt(() => startView(principal, { sessionId, accountId, reason }));
  if (!started.ok) return { values: { reason }, problem: started.problem };
  revalidatePath('/', 'layout');
  redirect('/');
}

export async function endViewAction(): Promise<void> {
  const { principal, sessionId } = await requireSignedIn();
  const accountId = await endView(principal, sessionId);
  revalidatePath('/', 'layout');
  redirect(accountId ? casePath(accountId) : '/support');
}
