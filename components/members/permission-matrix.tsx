import { Check, Minus } from 'lucide-react';
import { ROLE_WORDS } from '@/lib/contract/members';
import {
  type PermissionGroup,
  type PermissionRow,
  TABLE_ROLES,
} from '@/lib/contract/permission-table';

const CELL_WORDS = { yes: 'Yes', 'one environment': 'Yes, or in one environment', no: 'No' };

/** What each role may do, on one screen; one's own columns stand out. */
export function PermissionMatrix({
  groups,
  mine,
}: {
  groups: PermissionGroup[];
  mine: readonly string[];
}) {
  return (
    <table className="matrix">
      <thead>
        <tr>
          <th scope="col">
            <span className="sr-only">Act</span>
          </th>
          {TABLE_ROLES.map((role) => (
            <th key={role} scope="col" className={mine.includes(role) ? 'mine' : undefined}>
              {ROLE_WORDS[role]}
              {mine.includes(role) ? <span className="sr-only"> (you)</span> : null}
            </th>
          ))}
          <th scope="col">API key</th>
        </tr>
      </thead>
      {groups.map((group) => (
        <tbody key={group.name}>
          <tr className="group">
            <th scope="rowgroup" colSpan={TABLE_ROLES.length + 2}>
              {group.name}
            </th>
          </tr>
          {group.rows.map((row) => (
            <Row key={row.permission} row={row} mine={mine} />
          ))}
        </tbody>
      ))}
    </table>
  );
}

function Row({ row, mine }: { row: PermissionRow; mine: readonly string[] }) {
  return (
    <tr>
      <th scope="row">
        {row.words}
        {row.confirmed === 'yes' ? <abbr title="You confirm who you are first"> *</abbr> : null}
      </th>
      {TABLE_ROLES.map((role) => (
        <td
          key={role}
          className={`${row.cells[role] === 'no' ? 'no' : 'yes'} ${mine.includes(role) ? 'mine' : ''}`}
          data-role={ROLE_WORDS[role]}
        >
          <Mark cell={row.cells[role]} />
        </td>
      ))}
      <td className="scope" data-role="API key">
        {row.keyScope ? <code className="code">{row.keyScope}</code> : <Mark cell="no" />}
      </td>
    </tr>
  );
}

function Mark({ cell }: { cell: keyof typeof CELL_WORDS }) {
  const Icon = cell === 'no' ? Minus : Check;
  return (
    <>
      <Icon className="icon" aria-hidden="true" />
      <span className="sr-only">{CELL_WORDS[cell]}</span>
      {cell === 'one environment' ? <sup aria-hidden="true">1</sup> : null}
    </>
  );
}
