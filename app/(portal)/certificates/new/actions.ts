'use server';

import { createHash } from 'node:crypto';
import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import type { IssueState, IssueValues } from '@/components/request/issue-form';
import { requestFileOf } from '@/components/request/request-file';
import { checkCsrFor } from '@/lib/certificates/check';
import { issueCertificate } from '@/lib/certificates/issue';
import { issueBody, MAX_CSR_BYTES } from '@/lib/contract/operations';
import type { CsrCheckView } from '@/lib/contract/views';
import { requireSignedIn } from '@/lib/identity/session';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { looksLikePrivateKey } from '@/lib/pki/private-key';
import { parsed } from '@/lib/platform/body';
import { attempt } from '../../attempt';

const typed = z.object({
  csr: z.string().catch(''),
  environment: z.enum(ENVIRONMENTS).catch('production'),
  label: z
    .string()
    .max(200)
    .refine((text) => !looksLikePrivateKey(text))
    .catch(''),
  attempt: z.uuid().catch(''),
});

/** Checks or issues. A private key is dropped at once: it goes neither into a use case nor back into the page. */
export async function issueAction(_: IssueState, data: FormData): Promise<IssueState> {
  const input = typed.parse(Object.fromEntries(data));
  const upload = await uploadOf(data.get('file'), input.csr);
  const values: IssueValues = {
    csr: typeof upload === 'string' ? upload.slice(0, MAX_CSR_BYTES) : '',
    environment: input.environment,
    label: input.label,
  };
  if (upload === null) return { values, key: 'received' };
  const { principal } = await requireSignedIn();
  if (data.get('intent') === 'check') {
    const checked = await attempt(() => checkCsrFor(principal, { csr: upload }));
    return checked.ok ? { values, check: checked.value } : { values, problem: checked.problem };
  }
  const issued = await attempt(() => {
    const { label, environment } = parsed({ ...values, csr: 'checked apart' }, issueBody);
    const idempotencyKey = input.attempt ? `${input.attempt}-${digestOf(values)}` : null;
    return issueCertificate(principal, { csr: upload, environment, label, idempotencyKey });
  });
  if (!issued.ok) return { values, problem: issued.problem };
  revalidatePath('/', 'layout');
  redirect(`/certificates/${issued.value.id}`);
}

/** For browsers without WebCrypto. The field is kept free of private keys before this is called. */
export async function checkAction(csr: string): Promise<CsrCheckView | null> {
  const text = z
    .string()
    .max(2 * MAX_CSR_BYTES)
    .safeParse(csr);
  if (!text.success || looksLikePrivateKey(text.data)) return null;
  const { principal } = await requireSignedIn();
  const checked = await attempt(() => checkCsrFor(principal, { csr: text.data }));
  return checked.ok ? checked.value : null;
}

/** The text or octets to judge; null for a private key. */
async function uploadOf(file: unknown, text: string): Promise<string | Uint8Array | null> {
  if (!(file instanceof File) || file.size === 0) return looksLikePrivateKey(text) ? null : text;
  const bytes = new Uint8Array(await file.slice(0, MAX_CSR_BYTES + 1).arrayBuffer());
  const read = requestFileOf(bytes);
  if (read.kind === 'private-key') return null;
  return read.kind === 'text' ? read.text : read.bytes;
}

/** Sent twice, the same form is one certificate; changed, it is another request. */
function digestOf(values: IssueValues): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16);
}
