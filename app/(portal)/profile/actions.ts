'use server';

import { refresh } from 'next/cache';
import { redirect } from 'next/navigation';
import { z } from 'zod';
import type { FactorState } from '@/components/profile/app-factor';
import type { ProfileState } from '@/components/profile/password-form';
import { askEmailChange } from '@/lib/identity/change-email';
import { changePassword } from '@/lib/identity/change-password';
import { endOtherSessions, endOwnSession } from '@/lib/identity/own-sessions';
import { registrationAnswer } from '@/lib/identity/passkey-answers';
import { addPasskey, beginPasskey, removePasskey } from '@/lib/identity/passkeys';
import { beginApp, removeApp, renewRecoveryCodes, turnOnApp } from '@/lib/identity/second-factor';
import { requirePerson, type SignedIn } from '@/lib/identity/session';
import { unlinkSso } from '@/lib/identity/sso-sign-in';
import { sealTrouble } from '@/lib/identity/trouble';
import { attempt } from '../attempt';

const typed = z.string().max(256).catch('');

export async function endSessionAction(data: FormData): Promise<void> {
  const found = await requirePerson();
  // One that is gone already is what was asked for.
  await attempt(() => endOwnSession(found, data.get('sessionId')));
  refresh();
}

export async function endOthersAction(): Promise<void> {
  const found = await requirePerson();
  await endOtherSessions(found);
  refresh();
}

export async function passwordAction(_: ProfileState, data: FormData): Promise<ProfileState> {
  const found = await requirePerson();
  const changed = await attempt(() =>
    changePassword(found, {
      current: typed.parse(data.get('current')),
      next: typed.parse(data.get('next')),
    }),
  );
  if (!changed.ok) return { problem: changed.problem };
  refresh();
  return { done: 'Your password is changed, and every other session of yours has ended.' };
}

export async function emailAction(_: ProfileState, data: FormData): Promise<ProfileState> {
  const found = await requirePerson();
  const asked = await attempt(() => askEmailChange(found, typed.parse(data.get('email'))));
  if (!asked.ok) return { problem: asked.problem };
  return {
    done: 'If nobody signs in with that address yet, a link is on its way to it. Your address changes once you follow it.',
  };
}

const identityKey = z.object({
  connectionId: z.string().max(100),
  issuer: z.string().max(1_000),
  subject: z.string().max(255),
});

export async function unlinkAction(data: FormData): Promise<void> {
  const found = await requirePerson();
  const key = identityKey.parse(Object.fromEntries(data));
  const done = await attempt(() => unlinkSso(found, key));
  if (!done.ok) {
    const { code, detail } = done.problem;
    if (code === 'reauthentication_required') redirect('/confirm?next=/profile');
    redirect(`/profile?trouble=${encodeURIComponent(await sealTrouble(detail))}`);
  }
  refresh();
}

const ACTS = ['begin', 'turn-on', 'renew', 'remove', 'add-passkey', 'remove-passkey'] as const;
const passkeyName = z
  .string()
  .trim()
  .max(60)
  .regex(/^[^\p{Cc}\p{Cf}]+$/u)
  .catch('Passkey');

/** What the pressed button says. */
export async function factorAction(_: FactorState, data: FormData): Promise<FactorState> {
  const found = await requirePerson();
  const act = z.enum(ACTS).catch('begin').parse(data.get('act'));
  const done = await attempt(() => actOf(found, act, data));
  if (!done.ok) return { problem: done.problem };
  // Codes are shown once, so the page that shows them stays as it is.
  if (done.value.length === 0 || act === 'add-passkey') refresh();
  return done.value.length > 0 ? { codes: done.value } : {};
}

/** @returns recovery codes, where some were made */
async function actOf(
  found: SignedIn,
  act: (typeof ACTS)[number],
  data: FormData,
): Promise<string[]> {
  switch (act) {
    case 'begin':
      await beginApp(found);
      return [];
    case 'turn-on':
      return turnOnApp(found, typed.parse(data.get('code')));
    case 'renew':
      return renewRecoveryCodes(found);
    case 'remove':
      await removeApp(found);
      return [];
    case 'add-passkey':
      return addPasskey(found, {
        response: registrationAnswer(data.get('answer')),
        name: passkeyName.parse(data.get('name')),
      });
    case 'remove-passkey':
      await removePasskey(found, typed.parse(data.get('passkeyId')));
      return [];
  }
}

export async function beginPasskeyAction() {
  const found = await requirePerson();
  const offer = await attempt(() => beginPasskey(found));
  return offer.ok
    ? { ok: true as const, options: offer.value }
    : { ok: false as const, state: { problem: offer.problem } };
}
