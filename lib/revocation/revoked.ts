/** Said where something is revoked, so that lists and answers of this very process need not wait for their turn. */
import { processWide } from '@/lib/platform/process-wide';

type Listener = () => void;

const listeners = () => processWide('revocation-listeners', () => new Set<Listener>());

/** Call after the commit. */
export function certificatesRevoked(): void {
  for (const listener of listeners()) listener();
}

/** @returns how to stop listening */
export function onRevoked(listener: Listener): () => void {
  listeners().add(listener);
  return () => listeners().delete(listener);
}
