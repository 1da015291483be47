'use client';

import { Command as Menu } from 'cmdk';
import { useRouter } from 'next/navigation';
import { startTransition, useEffect, useState } from 'react';
import { Dialog } from '@/components/ui/dialog';
import { type Command, foundBy, groupsOf } from './commands';

export type PaletteActions = {
  signOut: () => Promise<void>;
  switchAccount: (data: FormData) => Promise<void>;
};

type Loaded = { state: 'loading' } | { state: 'failed' } | { state: 'ready'; commands: Command[] };

export function Palette({
  open,
  onOpenChange,
  actions,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  actions: PaletteActions;
}) {
  const router = useRouter();
  const [typed, setTyped] = useState('');
  const loaded = useCommands(open);
  const run = (command: Command) => {
    onOpenChange(false);
    setTyped('');
    perform(command, { actions, open: (href) => router.push(href) });
  };
  const shown = loaded.state === 'ready' ? foundBy(loaded.commands, typed) : [];
  const best = shown[0]?.id;
  const [picked, setPicked] = useState('');
  // The best match is picked until the arrows pick another, whether the words or the commands came first.
  useEffect(() => setPicked(best ?? ''), [best]);
  return (
    <Dialog title="Find anything" form="palette" open={open} onOpenChange={onOpenChange}>
      <Menu
        label="Find anything"
        loop
        shouldFilter={false}
        value={picked}
        onValueChange={setPicked}
      >
        <Menu.Input
          className="palette-input"
          placeholder="A page, a certificate, or what you want to do"
          value={typed}
          onValueChange={setTyped}
        />
        <Menu.List className="palette-list">
          {loaded.state === 'loading' ? <PaletteSkeleton /> : null}
          {loaded.state === 'failed' ? (
            <p className="palette-word" role="alert">
              The portal did not answer. Close this, and open it again to retry.
            </p>
          ) : null}
          {loaded.state === 'ready' && shown.length === 0 ? (
            <p className="palette-word">
              Nothing here is called “{typed}”. Try a label, a common name or a serial number.
            </p>
          ) : null}
          {groupsOf(shown).map((group) => (
            <CommandGroup
              key={group}
              name={group}
              commands={shown.filter((one) => one.group === group)}
              onPick={run}
            />
          ))}
        </Menu.List>
      </Menu>
    </Dialog>
  );
}

function CommandGroup({
  name,
  commands,
  onPick,
}: {
  name: string;
  commands: Command[];
  onPick: (command: Command) => void;
}) {
  if (commands.length === 0) return null;
  return (
    <Menu.Group heading={name} className="palette-group">
      {commands.map((command) => (
        <Menu.Item
          key={command.id}
          className="palette-item"
          value={command.id}
          onSelect={() => onPick(command)}
        >
          <span>{command.name}</span>
          {command.detail ? <small>{command.detail}</small> : null}
        </Menu.Item>
      ))}
    </Menu.Group>
  );
}

function PaletteSkeleton() {
  return (
    <div className="palette-group" role="status">
      <span className="sr-only">Reading what you can reach</span>
      {[0, 1, 2, 3, 4].map((row) => (
        <span key={row} className="palette-item">
          <span className="skeleton" />
        </span>
      ))}
    </div>
  );
}

/** Read anew each time it opens: certificates come and go. What was known is shown meanwhile. */
function useCommands(open: boolean): Loaded {
  const [loaded, setLoaded] = useState<Loaded>({ state: 'loading' });
  useEffect(() => {
    if (!open) return;
    const broken = new AbortController();
    fetch('/commands', { signal: broken.signal })
      .then(async (reply) => {
        if (!reply.ok) throw new Error(`/commands answered ${reply.status}`);
        const { commands }: { commands: Command[] } = await reply.json();
        setLoaded({ state: 'ready', commands });
      })
      .catch(() => {
        if (broken.signal.aborted) return;
        setLoaded((now) => (now.state === 'ready' ? now : { state: 'failed' }));
      });
    return () => broken.abort();
  }, [open]);
  return loaded;
}

function perform(
  command: Command,
  { actions, open }: { actions: PaletteActions; open: (href: string) => void },
): void {
  if (command.does === 'open') open(command.href);
  else if (command.does === 'download') window.location.assign(command.href);
  else if (command.does === 'sign-out') startTransition(() => actions.signOut());
  else {
    const data = new FormData();
    data.set('accountId', command.accountId);
    startTransition(() => actions.switchAccount(data));
  }
}
