import { Check, ChevronsUpDown } from 'lucide-react';

/** `through`: the account above by which this one may be opened. */
export type SwitchChoice = { accountId: string; name: string; through: string | null };
export type SwitchAction = (data: FormData) => Promise<void>;

/** The account this session looks at; a menu only for those who have more than one. */
export function AccountSwitcher({
  account,
  role,
  standing,
  memberships,
  action,
}: {
  account: { id: string; name: string };
  role: string;
  /** How it stands with enforcement of production; null where that cannot be read. */
  standing: string | null;
  memberships: SwitchChoice[];
  action: SwitchAction;
}) {
  const names = (
    <span>
      <b>{account.name}</b>
      <small>{role}</small>
      {standing === null ? null : (
        <small className="env production">Production {standing.toLowerCase()}</small>
      )}
    </span>
  );
  if (memberships.length < 2) return <div className="switcher">{names}</div>;
  return (
    <>
      <button type="button" className="switcher" popoverTarget="accounts-menu">
        {names}
        <ChevronsUpDown className="icon" aria-hidden="true" />
        <span className="sr-only">Switch account</span>
      </button>
      <form className="menu" id="accounts-menu" popover="auto" action={action}>
        {memberships.map(({ accountId, name, through }) => (
          <button key={accountId} type="submit" name="accountId" value={accountId}>
            <span>
              {name}
              {through ? <small>through {through}</small> : null}
            </span>
            {accountId === account.id ? <Check className="icon" aria-label="Open now" /> : null}
          </button>
        ))}
      </form>
    </>
  );
}
