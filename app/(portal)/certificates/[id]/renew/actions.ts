'use server';

import { createHash } from 'node:crypto';
import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import type { SameKeyState } from '@/components/renewal/same-key-form';
import type { IssueState, IssueValues } from '@/components/request/issue-form';
import { checkCsrFor } from '@/lib/certificates/check';
import { getCertificate } from '@/lib/certificates/read';
import { renewCertificate } from '@/lib/certificates/renew';
import { MAX_CSR_BYTES, renewalBody } from '@/lib/contract/operations';
import { requireSignedIn } from '@/lib/identity/session';
import { AppError } from '@/lib/kernel/errors';
import { parsed } from '@/lib/platform/body';
import { attempt } from '../../../attempt';
import { uploadOf } from '../../upload';

const typed = z.object({
  csr: z.string().catch(''),
  attempt: z.uuid().catch(''),
  whenIdle: z.literal('yes').nullable().catch(null),
  idleDays: z.coerce.number().catch(Number.NaN),
  consent: z.literal('yes').nullable().catch(null),
});

/** With a new request. A private key is dropped at once: it goes neither into a use case nor back into the page. */
export async function renewAction(id: string, _: IssueState, data: FormData): Promise<IssueState> {
  const input = typed.parse(Object.fromEntries(data));
  const upload = await uploadOf(data.get('file'), input.csr);
  const { principal } = await requireSignedIn();
  const { environment, label } = await getCertificate(principal, id);
  const csrText = upload.kind === 'text' ? upload.text.slice(0, MAX_CSR_BYTES) : '';
  const values: IssueValues = { csr: csrText, environment, label };
  if (upload.kind === 'private-key') return { values, key: upload.is };
  const csr = upload.kind === 'text' ? upload.text : upload.bytes;
  if (data.get('intent') === 'check') {
    const checked = await attempt(() => checkCsrFor(principal, { csr }));
    return checked.ok ? { values, check: checked.value } : { values, problem: checked.problem };
  }
  const renewed = await attempt(() =>
    renewCertificate(principal, id, {
      from: { kind: 'csr', csr },
      revokeOldWhenIdleDays: idleDaysOf(input),
      idempotencyKey: idempotencyKeyOf(input, csrText),
    }),
  );
  if (!renewed.ok) return { values, problem: renewed.problem };
  revalidatePath('/', 'layout');
  redirect(`/certificates/${renewed.value.id}`);
}

export async function renewSameKeyAction(
  id: string,
  _: SameKeyState,
  data: FormData,
): Promise<SameKeyState> {
  const input = typed.parse(Object.fromEntries(data));
  const { principal } = await requireSignedIn();
  const renewed = await attempt(async () => {
    if (input.consent === null) {
      throw new AppError('confirmation_required', {
        detail: 'Tick that the key stays the same. Nothing was issued.',
      });
    }
    return renewCertificate(principal, id, {
      from: { kind: 'same key' },
      revokeOldWhenIdleDays: idleDaysOf(input),
      idempotencyKey: idempotencyKeyOf(input, 'same key'),
    });
  });
  if (!renewed.ok) return { problem: renewed.problem };
  revalidatePath('/', 'layout');
  redirect(`/certificates/${renewed.value.id}`);
}

type Input = z.infer<typeof typed>;

function idleDaysOf({ whenIdle, idleDays }: Input): number | null {
  if (whenIdle === null) return null;
  const body = { reuseKey: true, revokeOldWhenIdleDays: idleDays };
  return parsed(body, renewalBody).revokeOldWhenIdleDays ?? null;
}

/** Sent twice, the same form is one certificate; changed, it is another request. */
function idempotencyKeyOf(input: Input, from: string): string | null {
  if (!input.attempt) return null;
  const said = JSON.stringify([from, input.whenIdle, String(input.idleDays)]);
  return `${input.attempt}-${createHash('sha256').update(said).digest('hex').slice(0, 16)}`;
}
