'use client';

import { KeyRound } from 'lucide-react';
import { useState } from 'react';
import { provePasskey } from './passkey-ceremony';

/** Proves who somebody is by a passkey, for signing in or for confirming. */
export function PasskeyButton({
  path,
  onProved,
  children,
}: {
  /** Where the answer goes. */
  path: string;
  onProved: () => void;
  children: React.ReactNode;
}) {
  const [message, setMessage] = useState<string | null>(null);
  const [pending, setPending] = useState(false);
  const onClick = async () => {
    setPending(true);
    setMessage(null);
    const found = await provePasskey(path);
    setPending(false);
    if (found === null) onProved();
    else setMessage(found);
  };
  return (
    <div className="needs-scripts">
      <button type="button" className="btn btn-wide" onClick={onClick} disabled={pending}>
        <KeyRound className="icon" aria-hidden="true" />
        {pending ? 'Waiting for your passkey' : children}
      </button>
      {message ? (
        <p className="small is-refused mt-2" role="alert">
          {message}
        </p>
      ) : null}
    </div>
  );
}
