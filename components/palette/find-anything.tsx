'use client';

import { Search } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import type { PaletteActions } from './palette';

const Palette = lazy(() => import('./palette').then(({ Palette }) => ({ default: Palette })));

/** Opens the palette; Ctrl-K or Cmd-K does so from anywhere. It costs nothing until it is first used. */
export function FindAnything({ actions }: { actions: PaletteActions }) {
  const [state, setState] = useState<'unused' | 'open' | 'closed'>('unused');
  useEffect(() => {
    const apple = /mac|iphone|ipad/i.test(navigator.platform);
    document.documentElement.classList.toggle('apple', apple);
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      if (event.altKey || event.shiftKey) return;
      event.preventDefault();
      setState((now) => (now === 'open' ? 'closed' : 'open'));
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, []);
  return (
    <>
      <button type="button" className="find needs-scripts" onClick={() => setState('open')}>
        <Search className="icon" aria-hidden="true" />
        <span>Find anything</span>
        <kbd>
          <span className="on-apple">⌘</span>
          <span className="off-apple">Ctrl</span> K
        </kbd>
      </button>
      {state === 'unused' ? null : (
        <Suspense fallback={null}>
          <Palette
            open={state === 'open'}
            onOpenChange={(open) => setState(open ? 'open' : 'closed')}
            actions={actions}
          />
        </Suspense>
      )}
    </>
  );
}
