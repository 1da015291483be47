'use client';

import { Eye } from 'lucide-react';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { Clock, Drain, usePortalTime } from '@/components/enforcement/countdown';

/** Over every page while support sees an account as its customers do: whose, why, until when. */
export function ViewBanner({
  account,
  view,
  now,
  end,
}: {
  account: string;
  view: { startedAt: string; until: string; reason: string };
  now: string;
  end: () => Promise<void>;
}) {
  const router = useRouter();
  const nowMs = usePortalTime(now);
  const isOver = nowMs >= new Date(view.until).getTime();
  // The session sees nothing any more: the page says so, and leads back to the desk.
  useEffect(() => {
    if (isOver) router.refresh();
  }, [isOver, router]);
  const span = { startedAt: view.startedAt, endsAt: view.until };
  return (
    <aside className="trial-bar view-bar" aria-label="View as customer">
      <Eye className="icon" aria-hidden="true" />
      <p className="say">
        <b>You see {account} as its customers do.</b>{' '}
        <span>
          To read only; it ends by itself in <Clock trial={span} nowMs={nowMs} />. They see why:{' '}
          {view.reason}
        </span>
      </p>
      <form className="bar-acts" action={end}>
        <button type="submit" className="btn btn-sm">
          End view
        </button>
      </form>
      <Drain trial={span} nowMs={nowMs} />
    </aside>
  );
}
