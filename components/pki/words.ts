import type { Shape } from '@/components/ui/shapes';
import type { AuthorityState } from '@/lib/contract/authorities';

/** The state of a CA: a word with its shape, and what it means for whoever holds its certificates. */
export const AUTHORITY_WORDS: Record<
  AuthorityState,
  { word: string; shape: Shape; means: string }
> = {
  'signs-authorities': {
    word: 'Root',
    shape: 'live',
    means: 'Signs the CAs below it and nothing else. Trust this one, and you trust them.',
  },
  issues: {
    word: 'Issues now',
    shape: 'live',
    means: 'Signs every certificate that is asked for now.',
  },
  'stands-by': {
    word: 'Stands by',
    shape: 'notice',
    means: 'A newer CA issues. Certificates of this one are as good as before.',
  },
  ended: {
    word: 'Issues no more',
    shape: 'expiring',
    means: 'A new certificate would outlive it. Those it signed are good until they end.',
  },
  ready: {
    word: 'Ready, not used yet',
    shape: 'notice',
    means: 'Signs nothing yet. Trust it now, and nothing stops on the day it does.',
  },
  retired: {
    word: 'Retired',
    shape: 'revoked',
    means: 'Signs no new certificate. Those it signed are good until they end; its list goes on.',
  },
};
