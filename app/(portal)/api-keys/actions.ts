'use server';

import { revalidatePath } from 'next/cache';
import { z } from 'zod';
import type { RevokeKeyState, RotateState } from '@/components/api-keys/end-forms';
import { type KeyValues, type MakeState, USUAL_KEY } from '@/components/api-keys/key-form';
import { makeApiKey, revokeApiKey, rotateApiKey } from '@/lib/api-access/own-keys';
import {
  apiKeyWish,
  EXPIRY_DAYS,
  overlapHours,
  USUAL_OVERLAP_HOURS,
} from '@/lib/contract/api-keys';
import { requireSignedIn } from '@/lib/identity/session';
import { AppError } from '@/lib/kernel/errors';
import { DAY_MS } from '@/lib/kernel/time';
import { looksLikePrivateKey } from '@/lib/pki/private-key';
import { parsed } from '@/lib/platform/body';
import { currentTime } from '@/lib/platform/clock';
import { deployment } from '@/lib/platform/deployment';
import { attempt } from '../attempt';

// Given back into the page, so that nothing typed is lost; but a private key goes nowhere.
const short = z
  .string()
  .max(4_000)
  .refine((text) => !looksLikePrivateKey(text))
  .catch('');

export async function makeKeyAction(_: MakeState, data: FormData): Promise<MakeState> {
  const { principal } = await requireSignedIn();
  const values: KeyValues = {
    name: short.parse(data.get('name')),
    scopes: data.getAll('scopes').map((one) => short.parse(one)),
    environment: z
      .enum(['production', 'sandbox', 'both'])
      .catch('both')
      .parse(data.get('environment')),
    expiry: short.parse(data.get('expiry')) || USUAL_KEY.expiry,
    date: short.parse(data.get('date')),
    networks: short.parse(data.get('networks')),
  };
  const made = await attempt(() => {
    const wish = {
      name: values.name,
      scopes: values.scopes,
      environment: values.environment === 'both' ? null : values.environment,
      expiresAt: endOf(values),
      networks: values.networks,
    };
    return makeApiKey(principal, parsed(wish, apiKeyWish));
  });
  if (!made.ok) return { values, problem: made.problem };
  revalidatePath('/api-keys');
  return { values: USUAL_KEY, made: { ...made.value, publicUrl: deployment().publicUrl } };
}

export async function rotateKeyAction(
  id: string,
  _: RotateState,
  data: FormData,
): Promise<RotateState> {
  const { principal } = await requireSignedIn();
  const hours = overlapHours.catch(USUAL_OVERLAP_HOURS).parse(Number(data.get('hours')));
  const made = await attempt(() => rotateApiKey(principal, id, hours));
  if (!made.ok) return { hours, problem: made.problem };
  revalidatePath('/api-keys', 'layout');
  return { hours, made: { ...made.value, publicUrl: deployment().publicUrl } };
}

export async function revokeKeyAction(
  id: string,
  _: RevokeKeyState,
  data: FormData,
): Promise<RevokeKeyState> {
  const { principal } = await requireSignedIn();
  const typed = short.parse(data.get('confirmation') ?? '');
  const revoked = await attempt(() => revokeApiKey(principal, id, typed));
  if (!revoked.ok) return { typed, problem: revoked.problem };
  revalidatePath('/api-keys', 'layout');
  return { typed: '' };
}

function endOf({ expiry, date }: KeyValues): Date | null {
  if (expiry === 'never') return null;
  const days = EXPIRY_DAYS.find((one) => String(one) === expiry);
  if (days !== undefined) return new Date(currentTime().getTime() + days * DAY_MS);
  const day = z.iso.date().safeParse(date);
  if (day.success) return new Date(`${day.data}T23:59:59.000Z`);
  throw new AppError('invalid_request', {
    detail: 'Write the last day on which the key is to work, such as 2027-06-30.',
  });
}
