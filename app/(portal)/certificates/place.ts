import type { IssuePlace } from '@/components/request/what-you-get';
import { dayText } from '@/components/time/format';
import { readerLocale } from '@/components/time/locale';
import type { OverviewView } from '@/lib/contract/views';
import type { Environment } from '@/lib/kernel/environments';
import { DAY_MS } from '@/lib/kernel/time';
import { LEAF_PROFILE } from '@/lib/pki/profile';

const VALID_DAYS = LEAF_PROFILE.validityMs / DAY_MS;

/** Where a certificate issued now would go, and for how long. */
export async function issuePlace(
  { id, legalName }: IssuePlace['account'],
  overview: OverviewView,
  environments: readonly Environment[],
): Promise<IssuePlace> {
  const { liveCount, liveLimit } = overview.account;
  const end = new Date(new Date(overview.now).getTime() + LEAF_PROFILE.validityMs).toISOString();
  const locale = await readerLocale();
  return {
    account: { id, legalName },
    environments,
    slots: { held: liveCount, limit: liveLimit },
    validity: {
      text: `${dayText(overview.now, locale)} to ${dayText(end, locale)}`,
      note: `${VALID_DAYS} days, to ${end.slice(11, 16)} UTC if issued now`,
    },
  };
}
