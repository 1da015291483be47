'use client';

import { X } from 'lucide-react';
import { Toast as Radix } from 'radix-ui';
import { SECOND_MS } from '@/lib/kernel/time';
import type { Toast } from './toasts';

// WCAG 2.2.1: whoever points at it or focuses it stops the clock.
const SHOWN_MS = 8 * SECOND_MS;

export function ToastRegion({
  toasts,
  onGone,
}: {
  toasts: (Toast & { id: string })[];
  onGone: (id: string) => void;
}) {
  return (
    <Radix.Provider label="Notice" duration={SHOWN_MS}>
      {toasts.map(({ id, text, undo }) => (
        <Radix.Root key={id} className="toast" onOpenChange={(open) => open || onGone(id)}>
          <Radix.Description>{text}</Radix.Description>
          {undo ? (
            <Radix.Action className="link" altText="Undo" onClick={undo}>
              Undo
            </Radix.Action>
          ) : null}
          <Radix.Close className="iconbtn" aria-label="Close">
            <X className="icon" aria-hidden="true" />
          </Radix.Close>
        </Radix.Root>
      ))}
      <Radix.Viewport className="toasts" label="Notices ({hotkey})" />
    </Radix.Provider>
  );
}
