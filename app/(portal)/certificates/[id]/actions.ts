'use server';

import { refresh, revalidatePath } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import type { IdleRuleState } from '@/components/certificates/idle-rule-form';
import type { LabelState } from '@/components/certificates/label-form';
import { hurts } from '@/components/certificates/revocation-cost';
import type { RevokeState } from '@/components/certificates/revoke-form';
import { setIdleRevocation } from '@/lib/certificates/idle-rule';
import { labelCertificate } from '@/lib/certificates/label';
import { certificateDetail, getCertificate } from '@/lib/certificates/read';
import { revokeCertificate } from '@/lib/certificates/revoke';
import { idleRevocationBody, labelBody, revocationBody } from '@/lib/contract/operations';
import { requireSignedIn } from '@/lib/identity/session';
import { REVOCATION_REASONS } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { looksLikePrivateKey } from '@/lib/pki/private-key';
import { parsed } from '@/lib/platform/body';
import { attempt } from '../../attempt';

// Given back into the page, so that nothing typed is lost; but a private key goes nowhere.
const short = z
  .string()
  .max(200)
  .refine((text) => !looksLikePrivateKey(text))
  .catch('');

export async function labelAction(id: string, _: LabelState, data: FormData): Promise<LabelState> {
  const { principal } = await requireSignedIn();
  const values = { label: short.parse(data.get('label')) };
  const labelled = await attempt(async () => {
    const before = await getCertificate(principal, id);
    const after = await labelCertificate(principal, id, parsed(values, labelBody).label);
    return { label: after.label, before: before.label };
  });
  if (!labelled.ok) return { values, problem: labelled.problem };
  refresh();
  return { values, saved: labelled.value };
}

export async function revokeAction(
  id: string,
  _: RevokeState,
  data: FormData,
): Promise<RevokeState> {
  const { principal } = await requireSignedIn();
  const values = {
    reason: z
      .enum(['', ...REVOCATION_REASONS])
      .catch('')
      .parse(data.get('reason')),
    confirmation: short.parse(data.get('confirmation')),
  };
  const revoked = await attempt(async () => {
    const { reason } = parsed({ reason: values.reason }, revocationBody);
    const detail = await certificateDetail(principal, id);
    const { label, commonName } = detail.certificate;
    if (hurts(detail) && ![label, commonName].includes(values.confirmation.trim())) {
      throw new AppError('confirmation_required', {
        detail: `Type ${label === commonName ? label : `${label} or ${commonName}`} to confirm. Nothing was revoked.`,
      });
    }
    return revokeCertificate(principal, id, reason);
  });
  if (!revoked.ok) return { values, problem: revoked.problem };
  revalidatePath('/', 'layout');
  redirect(`/certificates/${revoked.value.id}`);
}

export async function idleRuleAction(
  id: string,
  _: IdleRuleState,
  data: FormData,
): Promise<IdleRuleState> {
  const { principal } = await requireSignedIn();
  const changed = await attempt(() => {
    const asked = data.get('rule') === 'drop' ? null : Number(data.get('idleDays'));
    return setIdleRevocation(principal, id, parsed({ days: asked }, idleRevocationBody).days);
  });
  if (!changed.ok) return { problem: changed.problem };
  refresh();
  return {};
}
