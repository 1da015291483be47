import { notFound } from 'next/navigation';

export const dynamic = 'force-dynamic';

/** What every page of this build costs before it shows anything: the side that npm run bench:web compares with. */
export default function EmptyPage() {
  if (process.env.DESIGN_PAGE !== '1') notFound();
  return <main id="main">Nothing</main>;
}
