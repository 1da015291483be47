import type { Principal } from '@/lib/access/scope';
import type { RefusedCallView } from '@/lib/contract/activity';
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
  const lines = [COLUMNS.map(cell).join(',')];
  let cursor: string | undefined;
  while (lines.length <= MOST_EXPORTED) {
    const page = await refusals(principal, filters, { limit: READ_AT_ONCE, cursor });
    for (const call of page.items) {
      lines.push(COLUMNS.map((name) => cell(call[name] ?? '')).join(','));
    }
    if (page.nextCursor === null) break;
    cursor = page.nextCursor;
  }
  return `${lines.join('\r\n')}\r\n`;
}

/** T23: a user agent that starts like a formula would be one in a spreadsheet; an apostrophe makes it text. */
export function cell(value: string): string {
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${text.replaceAll('"', '""')}"`;
}
