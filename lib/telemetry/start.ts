import { setProcessWide } from '@/lib/platform/process-wide';
import { wantsTraces } from './settings';
import { TRACES } from './span';

export type TracesSettings = {
  /** The service's name where OTEL_SERVICE_NAME gives none. */
  service: 'countersign-portal' | 'countersign-signer' | 'countersign-edge';
  env: Readonly<Record<string, string | undefined>>;
  /** Told when the collector stops taking what is sent, not each time it does not. */
  onTrouble(line: string): void;
};

/**
 * Makes spans from here on, if the environment names a collector; otherwise nothing is loaded. Call it before anything
 * that is to be seen, and before a process gives up the right to read its program.
 */
export async function startTraces(settings: TracesSettings): Promise<{ stop(): Promise<void> }> {
  if (!wantsTraces(settings.env)) return { stop: async () => undefined };
  const { openTelemetry } = await import('./open-telemetry');
  const { traces, stop } = openTelemetry(settings);
  setProcessWide(TRACES, traces);
  return {
    async stop() {
      setProcessWide(TRACES, null);
      await stop();
    },
  };
}
