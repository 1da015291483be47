'use client';

import { useSyncExternalStore } from 'react';

const never = () => () => {};

/** False where browsers offer no WebCrypto: plain http at an address that is not this machine. */
export function useHasWebCrypto(): boolean {
  return useSyncExternalStore(
    never,
    () => Boolean(globalThis.crypto?.subtle),
    () => true,
  );
}
