'use client';

import { TriangleAlert } from 'lucide-react';
import { usePathname } from 'next/navigation';
import { useEffect, useRef, useState } from 'react';
import type { EdgeLag } from '@/lib/contract/live';
import { SECOND_MS } from '@/lib/kernel/time';
import { edgeSentences } from './edge-words';

const ASK_EVERY_MS = 15 * SECOND_MS;

/** A quiet line while an edge decides by old information; nothing when all is well. */
export function EdgeStatus({ lags: atLoad, now }: { lags: EdgeLag[]; now: string }) {
  const [{ lags, at }, setKnown] = useState({ lags: atLoad, at: now });
  const path = usePathname();
  const first = useRef(path);
  useEffect(() => {
    const ask = () => {
      if (document.visibilityState === 'hidden') return;
      answer().then(setKnown, () => undefined);
    };
    // The layout stays while pages change in it.
    if (first.current !== path) ask();
    first.current = '';
    const timer = setInterval(ask, ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [path]);
  const sentences = edgeSentences(lags, new Date(at));
  return (
    <div className="edge-status" role="status">
      {sentences.length > 0 ? <TriangleAlert className="icon" aria-hidden="true" /> : null}
      {sentences.map((sentence) => (
        <p className="said" key={sentence}>
          {sentence}
        </p>
      ))}
    </div>
  );
}

async function answer(): Promise<{ lags: EdgeLag[]; at: string }> {
  const reply = await fetch('/edges/behind', { headers: { Accept: 'application/json' } });
  if (!reply.ok || reply.redirected) throw new Error(`answered ${reply.status}`);
  return reply.json();
}
