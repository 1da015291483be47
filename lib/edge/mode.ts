/** Which mode is in force when. A trial ends by the clock of whoever decides, portal dead or not. */
import { ENFORCEMENT_MODES, type EnforcementMode } from '@/lib/kernel/environments';

/** In force until then (whole seconds since 1970, not included); null: from then on. */
export type ModeStep = { readonly mode: EnforcementMode; readonly until: number | null };
/** In order of `until`; the last has none. */
export type Timeline = readonly ModeStep[];

/** The first step whose end lies ahead. @param nowSeconds since 1970, with fractions or without */
export function modeAt(timeline: Timeline, nowSeconds: number): EnforcementMode {
  const step = timeline.find(({ until }) => until === null || nowSeconds < until);
  // A timeline without a last step cannot be read or written: this is not reached, and would be the strict answer.
  return step?.mode ?? 'enforce';
}

/** The strictest of several at every moment: an account's own policy and those of all above it. */
export function strictest(timelines: readonly Timeline[]): Timeline {
  const ends = timelines.flatMap((one) =>
    one.flatMap(({ until }) => (until === null ? [] : until)),
  );
  const moments = [...new Set(ends)].sort((a, b) => a - b);
  const steps = [...moments, null].map((until): ModeStep => {
    // Just before its end, where each of them still is in the step that holds then.
    const at = until === null ? Number.MAX_SAFE_INTEGER : until - 0.5;
    const modes = timelines.map((one) => ENFORCEMENT_MODES.indexOf(modeAt(one, at)));
    return { mode: ENFORCEMENT_MODES[Math.max(0, ...modes)] ?? 'enforce', until };
  });
  return merged(steps);
}

/**
 * Break-glass: until then nothing is enforced, though looked at as before; afterwards the timeline holds as it would.
 * @param until whole seconds since 1970; null: nothing is suspended
 */
export function suspended(timeline: Timeline, until: number | null): Timeline {
  if (until === null) return timeline;
  const ends = timeline.flatMap((step) => (step.until === null ? [] : step.until));
  const moments = [...new Set([...ends, until])].sort((a, b) => a - b);
  const steps = [...moments, null].map((end): ModeStep => {
    const mode = modeAt(timeline, end === null ? Number.MAX_SAFE_INTEGER : end - 0.5);
    const isSuspended = end !== null && end <= until;
    return { mode: isSuspended && mode === 'enforce' ? 'observe' : mode, until: end };
  });
  return merged(steps);
}

/**
 * What one account's own policy says. A trial of `enforce` ends at its instant unless it was confirmed before.
 * @param policy.trialEndsAt seconds since 1970; a fraction is rounded up, so that nobody reverts early
 */
export function policyTimeline(policy: {
  mode: EnforcementMode;
  trialEndsAt: number | null;
  trialBefore: EnforcementMode | null;
}): Timeline {
  const { mode, trialEndsAt, trialBefore } = policy;
  if (trialEndsAt === null) return [{ mode, until: null }];
  return [
    { mode, until: Math.ceil(trialEndsAt) },
    { mode: trialBefore ?? 'off', until: null },
  ];
}

/** Without the ends at which nothing changes. */
function merged(steps: readonly ModeStep[]): Timeline {
  return steps.filter((step, index) => step.until === null || step.mode !== steps[index + 1]?.mode);
}
