'use server';

import { refresh } from 'next/cache';
import { z } from 'zod';
import type { ActState } from '@/components/enforcement/acts';
import { confirmationWord } from '@/components/enforcement/confirmation';
import {
  NOTHING_ASKED,
  type StartState,
  type StartValues,
} from '@/components/enforcement/start-form';
import type { Principal } from '@/lib/access/scope';
import { enforcementBody } from '@/lib/contract/enforcement';
import { cancelSchedule } from '@/lib/enforcement/cancel';
import { setEnforcement } from '@/lib/enforcement/change';
import { confirmEnforcement } from '@/lib/enforcement/confirm';
import { mustBeEnvironment } from '@/lib/enforcement/read';
import { readiness } from '@/lib/enforcement/readiness';
import { endSuspension } from '@/lib/enforcement/suspension';
import { requireSignedIn } from '@/lib/identity/session';
import type { Environment } from '@/lib/kernel/environments';
import { AppError } from '@/lib/kernel/errors';
import { parsed } from '@/lib/platform/body';
import { attempt } from '../attempt';

/** Less strict, or observing: one press. */
export async function modeAction(
  environment: Environment,
  _: ActState,
  data: FormData,
): Promise<ActState> {
  return act(async (principal) => {
    const { mode } = parsed(
      { mode: data.get('mode') },
      z.object({ mode: z.enum(['off', 'observe']) }),
    );
    await setEnforcement(principal, environment, { mode });
  });
}

export async function confirmAction(environment: Environment): Promise<ActState> {
  return act((principal) => confirmEnforcement(principal, environment));
}

export async function cancelAction(environment: Environment): Promise<ActState> {
  return act((principal) => cancelSchedule(principal, environment));
}

export async function endSuspensionAction(environment: Environment): Promise<ActState> {
  return act((principal) => endSuspension(principal, environment));
}

export async function startAction(
  environment: Environment,
  _: StartState,
  data: FormData,
): Promise<StartState> {
  const { principal } = await requireSignedIn();
  const values = valuesOf(data);
  const started = await attempt(async () => {
    mustBeEnvironment(environment);
    const wish = parsed(wishOf(values, data), enforcementBody);
    await mustBeMeant(principal, environment, values.confirmation);
    await setEnforcement(principal, environment, wish);
  });
  if (!started.ok) return { values, problem: started.problem };
  refresh();
  return { values: NOTHING_ASKED };
}

async function act(work: (principal: Principal) => Promise<unknown>): Promise<ActState> {
  const { principal } = await requireSignedIn();
  const done = await attempt(() => work(principal));
  if (!done.ok) return { problem: done.problem };
  refresh();
  return {};
}

const text = (data: FormData, name: string) =>
  z.string().max(1_000).catch('').parse(data.get(name));

function valuesOf(data: FormData): StartValues {
  return {
    minutes: z.coerce.number().catch(NOTHING_ASKED.minutes).parse(data.get('minutes')),
    when: data.get('when') === 'later' ? 'later' : 'now',
    date: text(data, 'date'),
    reason: text(data, 'reason'),
    confirmation: text(data, 'confirmation'),
  };
}

/** As a robot would ask for it. */
function wishOf(values: StartValues, data: FormData): Record<string, unknown> {
  const { minutes, when, date, reason } = values;
  // Only scripts know the reader's zone; where none ran the field is in UTC, as its label says.
  const at = text(data, 'at') || (date === '' ? '' : `${date.slice(0, 16)}:00.000Z`);
  if (when === 'later' && at === '') {
    throw new AppError('invalid_request', {
      detail: 'No date was given. Say when the trial is to start. Nothing was changed.',
    });
  }
  return {
    mode: 'enforce',
    trialMinutes: minutes,
    ...(when === 'later' ? { at } : {}),
    ...(reason.trim() === '' ? {} : { override: { reason } }),
  };
}

/** The word is asked for only where it would hurt somebody, and then it is not believed to have been asked. */
async function mustBeMeant(
  principal: Principal,
  environment: Environment,
  confirmation: string,
): Promise<void> {
  const { apiClients } = await readiness(principal, environment);
  const refused = apiClients.filter((one) => one.wouldBeRefused).map((one) => one.name);
  const word = confirmationWord(environment);
  if (refused.length === 0 || confirmation.trim().toLowerCase() === word) return;
  throw new AppError('confirmation_required', {
    detail: `${refused.join(', ')} would be refused. Type "${word}" to start all the same. Nothing was changed.`,
  });
}
