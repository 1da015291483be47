'use client';

import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { SECOND_MS } from '@/lib/kernel/time';

const SHOWN_MS = 2 * SECOND_MS;

/** Copies one named thing and says so. `look` is an icon beside a value, a link, or a button with words. */
export function CopyButton({
  value,
  what,
  look = 'icon',
}: {
  value: string;
  /** "serial", "command": completes "Copy ...". */
  what: string;
  look?: 'icon' | 'link' | 'button' | 'primary';
}) {
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle');
  useEffect(() => {
    if (state === 'idle') return;
    const timer = setTimeout(() => setState('idle'), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [state]);
  const copy = () =>
    copied(value).then(
      () => setState('copied'),
      () => setState('failed'),
    );
  const words = { idle: `Copy ${what}`, copied: 'Copied', failed: 'Not copied: select it' }[state];
  const Icon = state === 'copied' ? Check : Copy;
  const looks = {
    icon: 'copy',
    link: 'link',
    button: 'btn btn-sm',
    primary: 'btn btn-sm btn-primary',
  };
  return (
    <button
      type="button"
      className={`needs-scripts ${looks[look]} ${state === 'copied' && look === 'icon' ? 'done' : ''}`}
      onClick={copy}
      {...(look === 'icon' ? { 'aria-label': words, title: words } : {})}
    >
      {look === 'link' ? null : <Icon className="icon icon-sm" aria-hidden="true" />}
      {look === 'icon' ? null : words}
      <span className="sr-only" aria-live="polite">
        {state === 'copied' && look === 'icon' ? 'Copied' : ''}
      </span>
    </button>
  );
}

async function copied(value: string): Promise<void> {
  if (navigator.clipboard) return navigator.clipboard.writeText(value);
  // Plain http at a LAN address has no clipboard API.
  const field = document.createElement('textarea');
  field.value = value;
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (!done) throw new Error('the browser refused to copy');
}
