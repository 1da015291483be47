'use client';

import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { SECOND_MS } from '@/lib/kernel/time';

const EVERY_MS = 5 * SECOND_MS;

/** Reads the page anew while this is on it and somebody looks: for what changes by itself within minutes. */
export function RefreshWhile() {
  const router = useRouter();
  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') router.refresh();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [router]);
  return null;
}
