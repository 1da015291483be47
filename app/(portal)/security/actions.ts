'use server';

import { refresh } from 'next/cache';
import type { ProfileState } from '@/components/profile/password-form';
import type { SsoState, SsoValues } from '@/components/security/sso-form';
import { removeSso, requireSecondFactor, saveSso, ssoInput } from '@/lib/identity/account-security';
import { requireSignedIn } from '@/lib/identity/session';
import { parsed } from '@/lib/platform/body';
import { attempt } from '../attempt';

export async function secondFactorAction(_: ProfileState, data: FormData): Promise<ProfileState> {
  const { principal } = await requireSignedIn();
  const required = data.get('required') === 'yes' ? 'yes' : 'no';
  const done = await attempt(() => requireSecondFactor(principal, required));
  if (!done.ok) return { problem: done.problem };
  refresh();
  return {};
}

export async function ssoAction(_: SsoState, data: FormData): Promise<SsoState> {
  const { principal } = await requireSignedIn();
  const values = valuesOf(data);
  const clientSecret = text(data, 'clientSecret');
  const done = await attempt(() =>
    data.get('act') === 'remove'
      ? removeSso(principal)
      : saveSso(principal, parsed({ ...values, clientSecret }, ssoInput)),
  );
  if (!done.ok) return { values, problem: done.problem };
  refresh();
  return { values, done: 'Saved.' };
}

/** What is given back into the page; never the secret. */
function valuesOf(data: FormData): SsoValues {
  return {
    issuer: text(data, 'issuer'),
    clientId: text(data, 'clientId'),
    domain: text(data, 'domain'),
    roleClaim: text(data, 'roleClaim'),
    adminValue: text(data, 'adminValue'),
    manageValue: text(data, 'manageValue'),
  };
}

function text(data: FormData, name: string): string {
  const value = data.get(name);
  return typeof value === 'string' ? value.slice(0, 1_000) : '';
}
