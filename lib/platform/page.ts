/**
 * Lists by keyset: a page is stable while rows are added before it. A cursor has the sort key of the last row shown;
 * to clients it is opaque, and the same on every list.
 */
import { AppError } from '@/lib/kernel/errors';

export type PageQuery = { limit: number; cursor?: string | undefined };
export type Page<T> = { items: T[]; nextCursor: string | null };

/**
 * @param rows what was found after the cursor, one more than `limit` where there is more
 * @param keyOf the sort key of a row; its last part tells rows apart
 */
export function pageOf<T>(
  rows: readonly T[],
  limit: number,
  keyOf: (row: T) => readonly string[],
): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > items.length && last !== undefined;
  return { items, nextCursor: more ? cursorOf(keyOf(last)) : null };
}

/**
 * The sort key in a cursor, or null without one.
 * @param parts what each part must look like
 * @throws AppError `invalid_request` for a cursor that was not given for this list
 */
export function keyOf(cursor: string | undefined, parts: readonly RegExp[]): string[] | null {
  if (cursor === undefined) return null;
  const key = partsOf(cursor);
  if (key?.length === parts.length && parts.every((part, at) => part.test(key[at] ?? ''))) {
    return key;
  }
  throw new AppError('invalid_request', {
    detail: 'The cursor was not given by this API. Leave it out to start at the first page.',
  });
}

function cursorOf(key: readonly string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function partsOf(cursor: string): string[] | null {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(value) && value.every((part) => typeof part === 'string') ? value : null;
  } catch {
    return null;
  }
}
