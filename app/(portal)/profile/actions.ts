'use server';

import { refresh } from 'next/cache';
import { z } from 'zod';
import type { FactorState } from '@/components/profile/app-factor';
import type { ProfileState } from '@/components/profile/password-form';
import { changePassword } from '@/lib/identity/change-password';
import { endOtherSessions, endOwnSession } from '@/lib/identity/own-sessions';
import { beginApp, removeApp, renewRecoveryCodes, turnOnApp } from '@/lib/identity/second-factor';
import { requirePerson } from '@/lib/identity/session';
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

/** What the pressed button says. */
export async function factorAction(_: FactorState, data: FormData): Promise<FactorState> {
  const found = await requirePerson();
  const act = z.enum(['begin', 'turn-on', 'renew', 'remove']).catch('begin').parse(data.get('act'));
  if (act === 'turn-on' || act === 'renew') {
    const codes = await attempt(() =>
      act === 'renew' ? renewRecoveryCodes(found) : turnOnApp(found, typed.parse(data.get('code'))),
    );
    return codes.ok ? { codes: codes.value } : { problem: codes.problem };
  }
  const done = await attempt(() => (act === 'begin' ? beginApp(found) : removeApp(found)));
  if (!done.ok) return { problem: done.problem };
  refresh();
  return {};
}
