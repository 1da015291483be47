'use server';

import { z } from 'zod';
import type { SelfCheckState } from '@/components/connect/self-check';
import { checkInstalled } from '@/lib/certificates/installed';
import { requireSignedIn } from '@/lib/identity/session';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { MAX_INSTALLED_BYTES } from '@/lib/pki/installed-file';
import { looksLikePrivateKey } from '@/lib/pki/private-key';
import { attempt } from '../attempt';

const typed = z.object({
  text: z.string().catch(''),
  environment: z.enum(ENVIRONMENTS).catch('production'),
});

/** A private key is dropped at once: it goes neither into the use case nor back into the page. */
export async function selfCheckAction(_: SelfCheckState, data: FormData): Promise<SelfCheckState> {
  const { text, environment } = typed.parse(Object.fromEntries(data));
  if (looksLikePrivateKey(text)) return { text: '', key: 'received' };
  const { principal } = await requireSignedIn();
  const checked = await attempt(() => checkInstalled(principal, { text, environment }));
  const kept = text.slice(0, MAX_INSTALLED_BYTES);
  return checked.ok
    ? { text: kept, result: checked.value }
    : { text: kept, problem: checked.problem };
}
