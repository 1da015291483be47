'use client';

import { lazy, Suspense, useEffect, useRef, useState } from 'react';

export type Toast = {
  text: string;
  /** Takes back what was done. Only for acts that hurt nobody in between. */
  undo?: () => void;
};

const SAID = 'countersign:toast';
const Region = lazy(() =>
  import('./toast-region').then(({ ToastRegion }) => ({ default: ToastRegion })),
);

/** Says in a corner of the page that something was done. */
export function say(toast: Toast): void {
  window.dispatchEvent(new CustomEvent<Toast>(SAID, { detail: toast }));
}

/** Where toasts appear; nothing is loaded before the first one. */
export function Toasts() {
  const [toasts, setToasts] = useState<(Toast & { id: string })[]>([]);
  const said = useRef(0);
  useEffect(() => {
    const onSaid = (event: Event) => {
      if (!(event instanceof CustomEvent)) return;
      const toast: Toast = event.detail;
      said.current += 1;
      const id = String(said.current);
      setToasts((now) => [...now, { ...toast, id }]);
    };
    window.addEventListener(SAID, onSaid);
    return () => window.removeEventListener(SAID, onSaid);
  }, []);
  if (toasts.length === 0) return null;
  return (
    <Suspense fallback={null}>
      <Region
        toasts={toasts}
        onGone={(id) => setToasts((now) => now.filter((toast) => toast.id !== id))}
      />
    </Suspense>
  );
}
