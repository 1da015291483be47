import NextLink from 'next/link';
import type { ComponentProps } from 'react';

/** A link inside the portal. Nothing is fetched before it is followed: every page is read anew from the database. */
export function Link(props: Omit<ComponentProps<typeof NextLink>, 'prefetch'>) {
  return <NextLink {...props} prefetch={false} />;
}
