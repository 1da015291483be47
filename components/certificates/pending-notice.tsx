import { RefreshWhile } from '@/components/live/refresh-while';
import { Notice } from '@/components/ui/notice';
import { counted } from '@/components/words';
import type { PendingView } from '@/lib/contract/views';

/** What the rows above the certificates are, and what becomes of them. */
export function PendingNotice({ pending }: { pending: PendingView[] }) {
  if (pending.length === 0) return null;
  const one = pending.length === 1;
  return (
    <Notice
      tone="expiring"
      title={`${counted(pending.length, 'request')} ${one ? 'waits' : 'wait'} for the certificate authority`}
    >
      <p>
        {one ? 'It holds a slot and is' : 'Each holds a slot and is'} finished by itself within
        seconds of the authority's return. After 15 minutes {one ? 'it is' : 'they are'} given up
        and the {one ? 'slot is' : 'slots are'} free again. Sending the same request again resumes
        it; nothing is made twice.
      </p>
      <RefreshWhile />
    </Notice>
  );
}
