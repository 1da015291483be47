'use client';

import { usePathname } from 'next/navigation';
import { lazy, Suspense, useState } from 'react';

const ConfirmDialog = lazy(() =>
  import('./confirm-dialog').then((loaded) => ({ default: loaded.ConfirmDialog })),
);

/**
 * Beside a refusal that asks for a fresh proof. The page stays under the form, and nothing is done by itself: whoever
 * confirmed presses again.
 */
export function ConfirmYourself() {
  const path = usePathname();
  const [state, setState] = useState<'asked' | 'open' | 'confirmed'>('asked');
  if (state === 'confirmed') {
    return <p role="status">Confirmed. Press the button again; it is still as you left it.</p>;
  }
  return (
    <p className="mt-2">
      <button type="button" className="btn btn-sm needs-scripts" onClick={() => setState('open')}>
        Confirm that it is you
      </button>
      <a className="link without-scripts" href={`/confirm?next=${encodeURIComponent(path)}`}>
        Confirm that it is you
      </a>
      {state === 'open' ? (
        <Suspense fallback={null}>
          <ConfirmDialog
            onLeft={() => setState('asked')}
            onConfirmed={() => setState('confirmed')}
          />
        </Suspense>
      ) : null}
    </p>
  );
}
