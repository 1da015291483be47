'use client';

import { CalendarClock, ShieldCheck, Timer, Undo2, X } from 'lucide-react';
import { usePathname, useRouter } from 'next/navigation';
import { useCallback, useEffect, useRef, useState } from 'react';
import { LocalMoment } from '@/components/time/local';
import { Link } from '@/components/ui/link';
import { ENVIRONMENT_WORDS } from '@/components/words';
import type { EnforcementNews, EnvironmentNews } from '@/lib/contract/enforcement-news';
import type { Environment } from '@/lib/kernel/environments';
import { SECOND_MS } from '@/lib/kernel/time';
import { type Act, ConfirmAct, OneAct } from './acts';
import { Clock, Drain, usePortalTime } from './countdown';
import { type Outcome, outcomesOf, wentBackWords } from './news';
import { GoBack } from './trial';
import { BACK_TO, trialLength } from './words';

export type BarActs = { confirm: Act; setMode: Act; cancel: Act };

const ASK_EVERY_MS = { running: 2 * SECOND_MS, quiet: 15 * SECOND_MS };

/**
 * Over every page while a trial runs: how long, what it needs, how it ends, and afterwards what became of it. The
 * enforcement page has the same in the environment's column, so there the bar is silent while a trial runs.
 */
export function TrialBar({
  news: atLoad,
  acts,
}: {
  news: EnforcementNews;
  acts: Record<Environment, BarActs | null>;
}) {
  const { news, outcomes, close } = useNews(atLoad);
  const here = usePathname() === '/enforcement';
  const nowMs = usePortalTime(news.at);
  return (
    <>
      {news.items.map((item) => (
        <EnvironmentBar
          key={item.environment}
          item={item}
          nowMs={nowMs}
          here={here ? 'enforcement' : 'elsewhere'}
          acts={acts[item.environment]}
        />
      ))}
      <div role="status">
        {outcomes.map((outcome) => (
          <Ended key={outcome.id} outcome={outcome} onClose={() => close(outcome.id)} />
        ))}
      </div>
    </>
  );
}

function EnvironmentBar({
  item,
  nowMs,
  here,
  acts,
}: {
  item: EnvironmentNews;
  nowMs: number;
  here: 'enforcement' | 'elsewhere';
  acts: BarActs | null;
}) {
  const { environment, trial, schedule } = item;
  const name = ENVIRONMENT_WORDS[environment];
  if (here === 'enforcement') return null;
  if (trial) {
    return (
      <aside className="trial-bar" aria-label={`Trial in ${environment}`}>
        <Timer className="icon" aria-hidden="true" />
        <p className="say">
          <b>{name} is enforced on trial.</b>{' '}
          <span>
            It goes back to {BACK_TO[trial.before]} in <Clock trial={trial} nowMs={nowMs} />
          </span>
        </p>
        {acts ? (
          <div className="bar-acts">
            <GoBack
              act={acts.setMode}
              environment={environment}
              before={trial.before}
              form="btn btn-sm"
            />
            <ConfirmAct
              act={acts.confirm}
              environment={environment}
              provedAt={trial.provedAt}
              form="btn btn-sm confirm"
            />
          </div>
        ) : null}
        <Drain trial={trial} nowMs={nowMs} />
      </aside>
    );
  }
  if (!schedule) return null;
  return (
    <aside className="trial-bar scheduled" aria-label={`Schedule of ${environment}`}>
      <CalendarClock className="icon" aria-hidden="true" />
      <p className="say">
        A {trialLength(schedule.trialMinutes)} trial of enforcement starts in {environment} on{' '}
        <LocalMoment at={schedule.at} />.
      </p>
      {acts ? (
        <div className="bar-acts">
          <OneAct
            act={acts.cancel}
            environment={environment}
            form="link"
            words={{ idle: 'Cancel', busy: 'Cancelling' }}
          />
        </div>
      ) : null}
    </aside>
  );
}

function Ended({ outcome, onClose }: { outcome: Outcome; onClose: () => void }) {
  const Icon = outcome.is === 'confirmed' ? ShieldCheck : Undo2;
  return (
    <aside className={`trial-bar ended ${outcome.is}`} aria-label="Trial that ended">
      <Icon className="icon" aria-hidden="true" />
      <p className="say">
        <b>{outcome.says}</b> <span>{outcome.follows}</span>
      </p>
      <div className="bar-acts">
        <Link className="link" href={`/enforcement?environment=${outcome.environment}`}>
          {outcome.is === 'confirmed' ? 'See enforcement' : 'See the evidence'}
        </Link>
        <button
          type="button"
          className="iconbtn needs-scripts"
          aria-label="Close"
          onClick={onClose}
        >
          <X className="icon" aria-hidden="true" />
        </button>
      </div>
    </aside>
  );
}

/** The news as they change, and what became of each trial that was running. */
function useNews(atLoad: EnforcementNews) {
  const router = useRouter();
  const path = usePathname();
  const [news, setNews] = useState(atLoad);
  const [outcomes, setOutcomes] = useState<Outcome[]>(() => wentBackWords(atLoad));
  const latest = useRef(atLoad);
  const take = useCallback((next: EnforcementNews): 'changed' | 'same' => {
    const before = latest.current;
    if (next.at <= before.at) return 'same';
    latest.current = next;
    setNews(next);
    const isOther = next.accountId !== before.accountId;
    setOutcomes((known) =>
      isOther ? wentBackWords(next) : merged(known, outcomesOf(before, next), next),
    );
    return JSON.stringify(before.items) === JSON.stringify(next.items) ? 'same' : 'changed';
  }, []);
  // The layout is rendered anew after every act on the page.
  useEffect(() => {
    take(atLoad);
  }, [atLoad, take]);
  const isRunning = news.items.some((one) => one.trial !== null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the layout stays while pages change in it.
  useEffect(() => {
    const ask = async () => {
      if (document.visibilityState === 'hidden') return;
      const next = await answer();
      // Another tab may have switched the account; this page still shows the one before.
      if (next?.accountId !== latest.current.accountId) return;
      // The page below says the same, from what was read with it.
      if (take(next) === 'changed') router.refresh();
    };
    const timer = setInterval(
      () => ask().catch(() => undefined),
      isRunning ? ASK_EVERY_MS.running : ASK_EVERY_MS.quiet,
    );
    return () => clearInterval(timer);
  }, [isRunning, path, router, take]);
  const close = (id: string) => setOutcomes((known) => known.filter((one) => one.id !== id));
  return { news, outcomes, close };
}

/** One for each environment, and none where another trial runs by now. */
function merged(known: Outcome[], found: Outcome[], { items }: EnforcementNews): Outcome[] {
  const over = new Set([
    ...found.map((one) => one.environment),
    ...items.filter((one) => one.trial).map((one) => one.environment),
  ]);
  return [...known.filter((one) => !over.has(one.environment)), ...found];
}

async function answer(): Promise<EnforcementNews | null> {
  const reply = await fetch('/enforcement/news', { headers: { Accept: 'application/json' } });
  if (!reply.ok || reply.redirected) throw new Error(`answered ${reply.status}`);
  const { news }: { news: EnforcementNews | null } = await reply.json();
  return news;
}
