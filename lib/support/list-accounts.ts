import { authorizeDeployment, type Principal } from '@/lib/access/scope';
import { AppError } from '@/lib/kernel/errors';
import { isId } from '@/lib/kernel/ids';
import { acrossAccounts } from '@/lib/platform/database';
import { begins } from './queries';

const PAGE = 50;

export type AccountPage = {
  items: { id: string; name: string; legalName: string; suspendedAt: string | null }[];
  nextAfter: string | null;
};

/**
 * Accounts by name, whatever the case, 50 at a time; a page goes on after the last name of the one before it.
 * @param query.begin how their names begin
 * @throws AppError `invalid_request` for a place that was not given here, `forbidden`
 */
export async function accountsByName(
  principal: Principal,
  query: { begin?: string | undefined; after?: string | undefined },
): Promise<AccountPage> {
  const scope = authorizeDeployment(principal, 'accounts.list');
  const after = query.after === undefined ? null : placeOf(query.after);
  const like = begins(query.begin ?? '');
  // `~>=~` compares as the index does, byte by byte.
  const rows = await acrossAccounts(
    scope,
    (tx) => tx.$queryRaw<
      { id: string; name: string; legalName: string; suspendedAt: Date | null; place: string }[]
    >`
      SELECT id, name, legal_name AS "legalName", suspended_at AS "suspendedAt", lower(name) AS place FROM account
      WHERE lower(name) LIKE ${like} AND (${after?.name ?? null}::text IS NULL OR (lower(name) ~>=~ ${after?.name ?? ''}
        AND (lower(name) ~>~ ${after?.name ?? ''} OR id > ${after?.id ?? ''})))
      ORDER BY lower(name) USING ~<~, id LIMIT ${PAGE + 1}`,
  );
  const shown = rows.slice(0, PAGE);
  const last = shown.at(-1);
  return {
    items: shown.map(({ id, name, legalName, suspendedAt }) => ({
      id,
      name,
      legalName,
      suspendedAt: suspendedAt?.toISOString() ?? null,
    })),
    nextAfter: rows.length > PAGE && last ? afterOf(last.place, last.id) : null,
  };
}

function afterOf(name: string, id: string): string {
  return Buffer.from(`${id} ${name}`).toString('base64url');
}

function placeOf(text: string): { name: string; id: string } {
  const plain = Buffer.from(text, 'base64url').toString();
  const space = plain.indexOf(' ');
  const id = plain.slice(0, space);
  if (isId('account', id)) return { id, name: plain.slice(space + 1) };
  throw new AppError('invalid_request', {
    detail: 'The place was not given by this page. Leave it out to start at the first account.',
  });
}
