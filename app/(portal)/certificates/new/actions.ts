'use server';

import { createHash } from 'node:crypto';
import { revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import type { IssueState, IssueValues } from '@/components/request/issue-form';
import type { IssuedHere } from '@/components/request/issue-here';
import { checkCsrFor } from '@/lib/certificates/check';
import { downloadCertificate } from '@/lib/certificates/download';
import { issueCertificate } from '@/lib/certificates/issue';
import { issueBody, MAX_CSR_BYTES } from '@/lib/contract/operations';
import type { CsrCheckView } from '@/lib/contract/views';
import { requireSignedIn } from '@/lib/identity/session';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { looksLikePrivateKey } from '@/lib/pki/private-key';
import { parsed } from '@/lib/platform/body';
import { attempt } from '../../attempt';
import { uploadOf } from '../upload';

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
  const isText = upload.kind === 'text';
  const values: IssueValues = {
    csr: isText ? upload.text.slice(0, MAX_CSR_BYTES) : '',
    environment: input.environment,
    label: input.label,
  };
  if (upload.kind === 'private-key') return { values, key: upload.is };
  const csr = isText ? upload.text : upload.bytes;
  const { principal } = await requireSignedIn();
  if (data.get('intent') === 'check') {
    const checked = await attempt(() => checkCsrFor(principal, { csr }));
    return checked.ok ? { values, check: checked.value } : { values, problem: checked.problem };
  }
  const issued = await attempt(() => {
    const { label, environment } = parsed({ ...values, csr: 'checked apart' }, issueBody);
    const idempotencyKey = input.attempt ? `${input.attempt}-${digestOf(values)}` : null;
    return issueCertificate(principal, { csr, environment, label, idempotencyKey });
  });
  if (!issued.ok) return { values, problem: issued.problem };
  revalidatePath('/', 'layout');
  redirect(`/certificates/${issued.value.id}`);
}

/** For a key that was made in the browser: it stays there with its page, so the certificate comes to it. */
export async function issueHereAction(_: IssuedHere, data: FormData): Promise<IssuedHere> {
  const input = typed.parse(Object.fromEntries(data));
  const { principal } = await requireSignedIn();
  const issued = await attempt(async () => {
    const { csr, label, environment } = parsed(
      { csr: input.csr, label: input.label, environment: input.environment },
      issueBody,
    );
    const idempotencyKey = input.attempt
      ? `${input.attempt}-${digestOf({ csr, label: input.label, environment })}`
      : null;
    const certificate = await issueCertificate(principal, {
      csr,
      environment,
      label,
      idempotencyKey,
    });
    const chain = await downloadCertificate(principal, certificate.id, 'fullchain');
    return { certificate, chain: Buffer.from(chain.body).toString('utf8') };
  });
  if (!issued.ok) return { kind: 'refused', problem: issued.problem };
  revalidatePath('/', 'layout');
  const { id, commonName, label } = issued.value.certificate;
  return { kind: 'issued', id, commonName, label, chain: issued.value.chain };
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

/** Sent twice, the same form is one certificate; changed, it is another request. */
function digestOf(values: IssueValues): string {
  return createHash('sha256').update(JSON.stringify(values)).digest('hex').slice(0, 16);
}
