import { Ago, Day } from '@/components/time/when';

export type ListedSession = {
  id: string;
  device: string;
  address: string | null;
  since: string;
  lastSeenAt: string;
  method: string;
  current: 'yes' | 'no';
};

const METHOD_WORDS: Record<string, string> = {
  password: 'by password',
  passkey: 'by passkey',
  sso: 'by single sign-on',
};

/** Where a person is signed in. */
export function SessionList({
  sessions,
  acts,
}: {
  sessions: ListedSession[];
  acts: { end: (data: FormData) => Promise<void>; endOthers: () => Promise<void> };
}) {
  return (
    <>
      <ul className="kept-rows mt-3">
        {sessions.map(({ id, device, address, since, lastSeenAt, method, current }) => (
          <li key={id}>
            <div>
              <b>{device}</b>
              <small>
                {address ?? 'Unknown address'}, {METHOD_WORDS[method] ?? method}, since{' '}
                <Day at={since} />
              </small>
            </div>
            {current === 'yes' ? (
              <span className="small quiet alone">This session</span>
            ) : (
              <span className="small quiet">
                <Ago at={lastSeenAt} />
              </span>
            )}
            {current === 'yes' ? null : (
              <form action={acts.end}>
                <button
                  className="btn btn-sm"
                  type="submit"
                  name="sessionId"
                  value={id}
                  aria-label={`End the session in ${device}`}
                >
                  End
                </button>
              </form>
            )}
          </li>
        ))}
      </ul>
      {sessions.length > 1 ? (
        <form action={acts.endOthers} className="mt-4">
          <button className="btn" type="submit">
            Sign out everywhere else
          </button>
        </form>
      ) : null}
    </>
  );
}
