import type { PendingView } from '@/lib/contract/views';
import { MINUTE_MS } from '@/lib/kernel/time';

/** "in 12 min", rounded up: nobody is told a minute that is not left. */
export function givenUpIn({ voidAt }: Pick<PendingView, 'voidAt'>, now: Date): string {
  const minutes = Math.ceil((Date.parse(voidAt) - now.getTime()) / MINUTE_MS);
  return minutes > 0 ? `in ${minutes} min` : 'any moment';
}
