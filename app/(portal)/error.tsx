'use client';

export default function PortalError({
  error,
  reset,
}: {
  error: Error & { digest?: string };
  reset: () => void;
}) {
  return (
    <div>
      <h1 className="title">This page could not be shown</h1>
      <p className="lede">
        Nothing was changed. Load it again in a few seconds. If it stays so, tell support
        {error.digest ? (
          <>
            {' '}
            the reference <code>{error.digest}</code>
          </>
        ) : null}
        .
      </p>
      <button type="button" className="btn mt-6" onClick={reset}>
        Load the page again
      </button>
    </div>
  );
}
