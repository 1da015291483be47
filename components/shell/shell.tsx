import { LogOut, Menu } from 'lucide-react';
import { FindAnything } from '@/components/palette/find-anything';
import { Link } from '@/components/ui/link';
import { Mark } from '@/components/ui/mark';
import { Toasts } from '@/components/ui/toasts';
import { AccountSwitcher, type SwitchAction, type SwitchChoice } from './account-switcher';
import { NavLinks } from './nav-links';
import { type Desk, placesOf } from './places';

export type ShellFacts = {
  person: { name: string; email: string };
  role: string;
  account: { id: string; name: string } | null;
  memberships: SwitchChoice[];
  /** Staff see their own rail, so nobody mistakes where they are. */
  side: 'customer' | 'staff';
  desk: Desk;
  slots: string | null;
  /** Acts that wait for a decision of who is here. */
  awaited: number;
  /** Of production. */
  standing: string | null;
  mails: 'shown' | 'hidden';
};

export function Shell({
  facts,
  actions,
  banner,
  children,
}: {
  facts: ShellFacts;
  actions: { signOut: () => Promise<void>; switchAccount: SwitchAction };
  /** Over the page, as wide as it may be. */
  banner: React.ReactNode;
  children: React.ReactNode;
}) {
  const { account, side, person } = facts;
  return (
    <div className={`shell ${side === 'staff' ? 'staff' : ''}`}>
      <header className="topbar">
        <Brand side={side} />
        <button type="button" className="iconbtn" popoverTarget="rail" aria-label="Open menu">
          <Menu className="icon" aria-hidden="true" />
        </button>
      </header>
      <header className="rail" id="rail" popover="auto">
        <Brand side={side} />
        {account ? (
          <AccountSwitcher
            account={account}
            role={facts.role}
            standing={facts.standing}
            memberships={facts.memberships}
            action={actions.switchAccount}
          />
        ) : (
          <div className="h-4" />
        )}
        <FindAnything actions={actions} />
        <nav className="nav" aria-label="Account">
          <NavLinks
            places={placesOf(facts)}
            counts={{
              ...(facts.slots === null ? {} : { certificates: facts.slots }),
              ...(facts.awaited === 0 ? {} : { approvals: String(facts.awaited) }),
            }}
          />
        </nav>
        <div className="rail-foot">
          <span className="avatar" aria-hidden="true">
            {initials(person.name)}
          </span>
          <Link className="who" href="/profile" title="Your sign-in">
            <span>{person.name}</span>
            <small>{person.email}</small>
          </Link>
          <form action={actions.signOut}>
            <button type="submit" className="iconbtn" aria-label="Sign out" title="Sign out">
              <LogOut className="icon" aria-hidden="true" />
            </button>
          </form>
        </div>
      </header>
      <div>
        {banner}
        <main className="page" id="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <Toasts />
    </div>
  );
}

function Brand({ side }: { side: ShellFacts['side'] }) {
  return (
    <Link className="brand" href="/">
      <Mark />
      Countersign
      {side === 'staff' ? <span className="staff-mark">staff</span> : null}
    </Link>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '');
  const first = words.at(0)?.at(0) ?? '';
  const last = words.length > 1 ? (words.at(-1)?.at(0) ?? '') : '';
  return (first + last).toUpperCase();
}
