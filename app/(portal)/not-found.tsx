import { Link } from '@/components/ui/link';

export default function NotFound() {
  return (
    <div>
      <h1 className="title">Not found in this account</h1>
      <p className="lede">
        The address may be mistyped, or what it names may belong to another account.
      </p>
      <Link className="btn mt-6" href="/certificates">
        Show certificates
      </Link>
    </div>
  );
}
