import { Link } from '@/components/ui/link';
import { Mark } from '@/components/ui/mark';
import { PublicLinks } from './links';

/** Around pages that are for anybody, signed in or not. */
export function PublicFrame({ children }: { children: React.ReactNode }) {
  return (
    <>
      <header className="public-top">
        <Link className="brand" href="/">
          <Mark />
          Countersign
        </Link>
        <Link className="btn btn-sm" href="/">
          Open the portal
        </Link>
      </header>
      {children}
      <footer className="public-foot">
        <PublicLinks />
      </footer>
    </>
  );
}
