'use client';

import { useEffect, useState } from 'react';
import { exactUtc } from '@/components/time/format';
import { SECOND_MS } from '@/lib/kernel/time';
import { clockText } from './words';

/** The portal's time, by its own clock: a trial ends by that, whatever the browser's says. */
export function usePortalTime(at: string): number {
  const [nowMs, setNowMs] = useState(() => new Date(at).getTime());
  useEffect(() => {
    const aheadMs = new Date(at).getTime() - Date.now();
    const tell = () => setNowMs(Date.now() + aheadMs);
    tell();
    const timer = setInterval(tell, SECOND_MS);
    return () => clearInterval(timer);
  }, [at]);
  return nowMs;
}

type Span = { startedAt: string; endsAt: string };

export function Clock({ trial, nowMs }: { trial: Span; nowMs: number }) {
  const leftMs = new Date(trial.endsAt).getTime() - nowMs;
  return (
    <>
      <time className="clock needs-scripts" dateTime={trial.endsAt} title={exactUtc(trial.endsAt)}>
        {clockText(leftMs)}
      </time>
      <span className="clock without-scripts">{exactUtc(trial.endsAt).slice(11)}</span>
    </>
  );
}

/** What is left of the trial, as a bar that runs empty. */
export function Drain({ trial, nowMs }: { trial: Span; nowMs: number }) {
  const start = new Date(trial.startedAt).getTime();
  const end = new Date(trial.endsAt).getTime();
  const left = Math.min(1, Math.max(0, (end - nowMs) / (end - start)));
  return <Meter percent={left * 100} />;
}

/** Widths are SVG attributes: the content security policy allows no style attributes. */
export function Meter({ percent }: { percent: number }) {
  return (
    <svg className="meter" aria-hidden="true">
      <rect width={`${percent.toFixed(2)}%`} height="4" />
    </svg>
  );
}
