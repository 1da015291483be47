import { readerLocale } from '@/components/time/locale';
import type { LiveStart } from '@/lib/contract/live';
import { LivePanel } from './live-panel';

/** The live panel in the reader's own way of writing dates; another environment is another panel. */
export async function Live({ start }: { start: LiveStart }) {
  return <LivePanel key={start.environment} start={start} locale={await readerLocale()} />;
}
