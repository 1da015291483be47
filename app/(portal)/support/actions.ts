'use server';

import { redirect } from 'next/navigation';
import { z } from 'zod';
import { searchPath } from '@/components/support/paths';
import type { SearchState } from '@/components/support/search-box';
import { requireSignedIn } from '@/lib/identity/session';
import { MAX_QUERY_CHARACTERS } from '@/lib/support/query';
import { find } from '@/lib/support/search';
import { attempt } from '../attempt';

// One character more than is read, so that too much is told apart from a file that was cut.
const typed = z
  .string()
  .transform((text) => text.slice(0, MAX_QUERY_CHARACTERS + 1))
  .catch('');

/** A file goes no further than this request: what identifies it stands in the address that follows. */
export async function findAction(_: SearchState, data: FormData): Promise<SearchState> {
  const { principal } = await requireSignedIn();
  const found = await attempt(() => find(principal, typed.parse(data.get('q'))));
  if (!found.ok) return { problem: found.problem, asked: '' };
  redirect(found.value ? searchPath(found.value.asked) : '/support');
}
