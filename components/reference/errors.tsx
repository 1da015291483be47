import { Link } from '@/components/ui/link';
import type { DocumentedError } from '@/lib/contract/reference';

export function Errors({ of: errors }: { of: readonly DocumentedError[] }) {
  return (
    <ul className="operation-errors">
      {errors.flatMap(({ status, codes }) =>
        codes.map(({ code, title }) => (
          <li key={code}>
            <span className="num quiet">{status}</span>
            <Link className="link mono" href={`/errors#${code}`}>
              {code}
            </Link>
            <span className="soft">{title}</span>
          </li>
        )),
      )}
    </ul>
  );
}
