import { Link } from '@/components/ui/link';
import type { DocumentedError } from '@/lib/contract/reference';
import { Errors } from './errors';

/** What holds for every operation. */
export function Calling({ errors }: { errors: readonly DocumentedError[] }) {
  return (
    <section className="prose reference-text" id="calling">
      <h2>Calling it</h2>
      <p>
        Send <code>Authorization: Bearer csk_...</code> with a key that an Owner or Admin of your
        account makes under API keys, and JSON in UTF-8. Times are ISO 8601 in UTC, serials and
        fingerprints upper-case hexadecimal. Every reply has an <code>X-Request-Id</code>: quote it
        to support.
      </p>
      <p>
        <b>Rates.</b> Each reply says in <code>RateLimit</code> how many requests remain. After a{' '}
        <code>429</code>, wait for the seconds in <code>Retry-After</code>.
      </p>
      <p>
        <b>Retries.</b> GET, PUT, PATCH and DELETE may be repeated. Give each POST an{' '}
        <code>Idempotency-Key</code>: repeated within a day, it is done once and answered the same.
      </p>
      <p>
        <b>Lists</b> have pages: send <code>nextCursor</code> back as <code>cursor</code> until it
        is null. A cursor means nothing else.
      </p>
      <p>
        <b>Changes that depend on what you read.</b> Reading enforcement has an <code>ETag</code>.
        Send it as <code>If-Match</code> with your change: if somebody was there first, it is a{' '}
        <code>412</code> that has what is there now.
      </p>
      <p>
        <b>Errors</b> are problem documents (RFC 9457). Branch on <code>code</code>, never on text;{' '}
        <Link className="link" href="/errors">
          every code has its explanation
        </Link>
        . Any call may be answered with these, and each operation names its own:
      </p>
      <div id="any-error">
        <Errors of={errors} />
      </div>
    </section>
  );
}

/** What a client may rely on, and what it must not. */
export function Promises() {
  return (
    <section className="prose reference-text" id="versions">
      <h2>What may change, and what never does</h2>
      <p>
        The version is in the path: <code>/api/v1</code>.
      </p>
      <h3>Without notice</h3>
      <ul>
        <li>New operations, new members in replies, new headers, new optional parameters.</li>
        <li>
          New codes of errors under a status you already handle, and new values where a list of
          values describes what happened, such as the codes of refused calls.
        </li>
        <li>Texts meant for people, the order of members, and what a cursor looks like.</li>
        <li>Higher rate limits. Stricter checks of signing requests where security asks for it.</li>
      </ul>
      <h3>Never within a version</h3>
      <ul>
        <li>A member or an operation is removed or renamed, or gets another type or meaning.</li>
        <li>An optional member of a request becomes required.</li>
        <li>A code of an error moves to another kind of fault, or to another class of status.</li>
        <li>An operation needs a scope that it did not need.</li>
      </ul>
      <h3>Deprecation</h3>
      <p>
        What is to go is announced in the{' '}
        <Link className="link" href="/changes">
          change log
        </Link>{' '}
        (
        <a className="link" href="/changes.atom">
          feed
        </a>
        ) at least 180 days before, with what to do instead, and goes only with a new version.
      </p>
    </section>
  );
}
