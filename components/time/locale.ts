import { headers } from 'next/headers';
import { cache } from 'react';

const FALLBACK = 'en-GB';

/** The first language the reader's browser asks for that dates can be written in. */
export const readerLocale = cache(async (): Promise<string> => {
  const accepted = (await headers()).get('accept-language') ?? '';
  for (const part of accepted.split(',').slice(0, 10)) {
    const tag = part.split(';')[0]?.trim() ?? '';
    if (/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/.test(tag) && supported(tag)) return tag;
  }
  return FALLBACK;
});

function supported(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
