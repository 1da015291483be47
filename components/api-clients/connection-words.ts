/** How an API client connects, said to the person whose program it is. */
import { callsText } from '@/components/traffic/numbers';
import type { ConnectionView } from '@/lib/contract/activity';

export const CONNECTS_WORDS: Record<ConnectionView['connects'], string> = {
  mtls: 'mTLS only',
  both: 'both',
  standard: 'standard only',
  nothing: 'not seen',
};

/** What happens to it once its environment enforces mTLS; null where no call says. */
export function ifEnforced(connection: ConnectionView): 'passes' | 'refused' | null {
  const { connects } = connection;
  if (connects === 'nothing') return null;
  return connects === 'mtls' ? 'passes' : 'refused';
}

/** Calls that name it and that nobody authenticated; null when there were none. */
export function unprovedText({ unproved }: ConnectionView): string | null {
  if (unproved.calls === 0) return null;
  return `${callsText(unproved.calls)} named it and proved nothing`;
}
