import { ChevronRight } from 'lucide-react';
import { Link } from '@/components/ui/link';
import type { Environment } from '@/lib/kernel/environments';

/** What cannot be shown here, and what to do instead. */
export function Unseen({
  environment,
  form,
}: {
  environment: Environment;
  /** `closed` once calls are seen. */
  form: 'open' | 'closed';
}) {
  if (form === 'open') {
    return (
      <div className="unseen">
        <h3 className="h3">Nothing appears?</h3>
        <Words environment={environment} />
      </div>
    );
  }
  return (
    <details className="unseen">
      <summary>
        A call does not appear?
        <ChevronRight className="icon turn" aria-hidden="true" />
      </summary>
      <Words environment={environment} />
    </details>
  );
}

function Words({ environment }: { environment: Environment }) {
  const script = (
    <>
      run the{' '}
      <a className="link" href={`/connect/check.sh?environment=${environment}`} download>
        check script
      </a>{' '}
      where your program runs.
    </>
  );
  if (environment === 'production') {
    return (
      <p>
        In production TLS ends when a call comes without a certificate, or with one that is not
        known: nobody is named, so no page can show it.{' '}
        <Link className="link wraps" href="/connect?environment=sandbox">
          Make the call in sandbox
        </Link>
        , which answers with the reason, or {script}
      </p>
    );
  }
  return (
    <p>
      A call that names no API client of yours and brings no certificate of yours belongs to no
      account; its answer has the reason. If there is no answer at all, {script}
    </p>
  );
}
