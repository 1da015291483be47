import type { Principal } from '@/lib/access/scope';
import type { RefusedCallView } from '@/lib/contract/activity';
import { csvRow } from '@/lib/kernel/csv';
import { type RefusalFilters, refusals } from './refused-calls';

/** The newest of so many are exported; whoever wants more asks the API, page by page. */
export const MOST_EXPORTED = 10_000;
const READ_AT_ONCE = 1_000;

const COLUMNS = [
  'at',
  'environment',
  'listener',
  'code',
  'whatHappened',
  'whatToDo',
  'certificateLabel',
  'certificateId',
  'fingerprint',
  'apiClientName',
  'sourceAddress',
  'userAgent',
  'requestId',
] as const satisfies readonly (keyof RefusedCallView)[];

/**
 * The refused calls as CSV (RFC 4180), newest first, at most `MOST_EXPORTED`.
 * @throws AppError `forbidden`, `account_suspended`
 */
export async function refusalsCsv(principal: Principal, filters: RefusalFilters): Promise<string> {
  const rows = [csvRow(COLUMNS)];
  let cursor: string | undefined;
  while (rows.length <= MOST_EXPORTED) {
    const page = await refusals(principal, filters, { limit: READ_AT_ONCE, cursor });
    for (const call of page.items) {
      rows.push(csvRow(COLUMNS.map((name) => call[name] ?? '')));
    }
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return rows.join('');
}
