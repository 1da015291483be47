'use client';

import { useEffect } from 'react';

const YEAR_S = 31_536_000;

/** Keeps a choice of this reader, so that the next visit begins with it. It says nothing about anybody. */
export function Remember({ name, value }: { name: string; value: string }) {
  useEffect(() => {
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox and Safari.
    document.cookie = `${name}=${value}; path=/; max-age=${YEAR_S}; samesite=lax`;
  }, [name, value]);
  return null;
}
