import type { Metadata } from 'next';
import { connection } from 'next/server';
import { Link } from '@/components/ui/link';

export const metadata: Metadata = { title: 'Not found' };

export default async function NotFound() {
  // A page made at build time would lack the nonce its scripts need.
  await connection();
  return (
    <div className="entrance">
      <main id="main" tabIndex={-1}>
        <h1 className="title">There is no such page</h1>
        <p className="lede">
          The address may be mistyped, or the thing may belong to another account.
        </p>
        <Link className="btn mt-6" href="/">
          Open the overview
        </Link>
      </main>
    </div>
  );
}
