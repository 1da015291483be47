'use client';

import { useEffect, useState } from 'react';
import type { Finding } from '@/lib/kernel/findings';
import type { RequestedSubject } from '@/lib/pki/new-request';

const PAUSE_MS = 150;

/** Judges what is typed by the rules of requests, which are loaded on first use; at first, what the server found. */
export function useTypedCheck(
  typed: RequestedSubject,
  { legalName, initial }: { legalName: string; initial: Finding[] },
): Finding[] {
  const [findings, setFindings] = useState(initial);
  const text = JSON.stringify(typed);
  const { commonName, dnsNames, country, state, locality } = typed;
  const isBlank = [commonName, dnsNames.length > 0, country, state, locality].every((one) => !one);
  useEffect(() => {
    if (isBlank) {
      setFindings([]);
      return;
    }
    let stale = false;
    const timer = setTimeout(async () => {
      const { judgeTyped } = await import('@/lib/pki/typed-request');
      if (!stale) setFindings(judgeTyped(JSON.parse(text), legalName));
    }, PAUSE_MS);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [text, isBlank, legalName]);
  return findings;
}
