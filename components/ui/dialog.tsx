'use client';

import { setNonce } from 'get-nonce';
import { Dialog as Radix } from 'radix-ui';

/** Over the page until it is answered or left: focus stays inside, Escape and a click beside it close it. */
export function Dialog({
  title,
  open,
  onOpenChange,
  form = 'middle',
  children,
}: {
  title: string;
  open: boolean;
  onOpenChange: (open: boolean) => void;
  /** `palette` stands near the top and says its title to screen readers alone. */
  form?: 'middle' | 'palette';
  children: React.ReactNode;
}) {
  allowItsStyles();
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal>
        <Radix.Overlay className="dialog-veil" />
        <Radix.Content className={`dialog ${form}`} aria-describedby={undefined}>
          <Radix.Title className={form === 'palette' ? 'sr-only' : 'h2'}>{title}</Radix.Title>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** It locks the page's scrolling with a style element, which our policy takes with the page's nonce only. */
function allowItsStyles(): void {
  const nonce = document.querySelector<HTMLScriptElement>('script[nonce]')?.nonce;
  if (nonce) setNonce(nonce);
}
