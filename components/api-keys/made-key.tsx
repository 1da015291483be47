'use client';

import { CodeBlock } from '@/components/ui/code-block';
import { CopyButton } from '@/components/ui/copy';
import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';
import type { ApiKeyView } from '@/lib/contract/api-keys';
import { firstCall } from './words';

export type Made = { key: string; view: ApiKeyView; publicUrl: string };

/** The only time that a key is shown. */
export function MadeKey({ made: { key, view, publicUrl } }: { made: Made }) {
  const call = firstCall(publicUrl, key, view.scopes);
  return (
    <section className="made-key" aria-labelledby="made-title">
      <h2 className="h2" id="made-title">
        {view.replacesId ? 'The new key' : 'Your key'}: {view.name}
      </h2>
      <Notice tone="expiring" title="Copy it now: it is shown this once">
        <p>
          We keep only a hash of it. Put it where your program reads its secrets, not into a
          repository.
        </p>
      </Notice>
      <p className="key-text">
        <code>{key}</code>
        <CopyButton value={key} what="key" look="button" />
      </p>
      {call ? <CodeBlock name="First call" what="command" text={call} /> : null}
      <div className="acts">
        <Link className="btn btn-primary" href={`/api-keys/${view.id}`}>
          I have stored it
        </Link>
        <Link className="btn" href="/reference">
          API reference
        </Link>
      </div>
    </section>
  );
}
