'use client';

import { useCallback, useEffect, useRef, useState } from 'react';
import type { CsrCheckView } from '@/lib/contract/views';

export type CheckState =
  | { kind: 'none' }
  | { kind: 'checking' }
  | { kind: 'done'; check: CsrCheckView }
  | { kind: 'unavailable' };

const PAUSE_MS = 150;

export type RemoteCheck = (csr: string) => Promise<CsrCheckView | null>;

/**
 * Judges what is in the field by the server's own rules, here in the browser; the parser is loaded on first use.
 * On plain http at a LAN address browsers offer no WebCrypto, so the server is asked instead.
 */
export function useCsrCheck(context: { legalName: string; remote: RemoteCheck }) {
  const { legalName, remote } = context;
  const [state, setState] = useState<CheckState>({ kind: 'none' });
  const latest = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);

  const clear = useCallback(() => {
    latest.current += 1;
    clearTimeout(timer.current);
    setState({ kind: 'none' });
  }, []);

  const check = useCallback(
    (input: string | Uint8Array) => {
      latest.current += 1;
      const mine = latest.current;
      clearTimeout(timer.current);
      setState((before) => (before.kind === 'done' ? before : { kind: 'checking' }));
      timer.current = setTimeout(async () => {
        const found = await judged(input, legalName, remote).catch(() => null);
        if (latest.current !== mine) return;
        setState(found ? { kind: 'done', check: found } : { kind: 'unavailable' });
      }, PAUSE_MS);
    },
    [legalName, remote],
  );
  return { state, check, clear };
}

async function judged(
  input: string | Uint8Array,
  legalName: string,
  remote: RemoteCheck,
): Promise<CsrCheckView | null> {
  // Octets are no request (that would be text by now): what they are instead is told without WebCrypto.
  if (!globalThis.crypto?.subtle && typeof input === 'string') return remote(input);
  const { checkCsr } = await import('@/lib/pki/csr-check');
  const { facts, findings, csr } = await checkCsr(input, { legalName });
  return { acceptable: csr !== null, facts, findings };
}
