'use client';

import { useEffect, useState } from 'react';
import { SECOND_MS } from '@/lib/kernel/time';

const EVERY_MS = 5 * SECOND_MS;

/** The time for "12 s ago"; what the server rendered with until the page is alive. */
export function useNow(start: string, latest: string | undefined): Date {
  const [now, setNow] = useState(() => new Date(start));
  // biome-ignore lint/correctness/useExhaustiveDependencies: what has just come is told from the moment it came.
  useEffect(() => {
    setNow(new Date());
    const timer = setInterval(() => setNow(new Date()), EVERY_MS);
    return () => clearInterval(timer);
  }, [latest]);
  return now;
}
