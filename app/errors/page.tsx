import type { Metadata } from 'next';
import { PublicFrame } from '@/components/public/frame';
import { MarkedText } from '@/components/ui/marked-text';
import { ERROR_ADVICE } from '@/lib/contract/error-advice';
import { ERRORS } from '@/lib/kernel/errors';
import { REFUSALS } from '@/lib/kernel/refusals';

export const metadata: Metadata = { title: 'Errors' };

// A page made at build time has no nonce for its scripts.
export const dynamic = 'force-dynamic';

/** Every code, under its own anchor: the `type` of a problem document points here. */
export default function ErrorsPage() {
  return (
    <PublicFrame>
      <main className="page prose public" id="main" tabIndex={-1}>
        <h1>Errors</h1>
        <p>
          Every error is a problem document (RFC 9457). Branch on its <code>code</code>; quote its{' '}
          <code>requestId</code> when you ask support.
        </p>
        <h2>From this portal and its API</h2>
        {Object.entries(ERRORS).map(([code, { status, title }]) => (
          <section key={code} id={code}>
            <h3>
              <code>{code}</code> · {status}
            </h3>
            <p>
              {title}. <MarkedText text={ERROR_ADVICE[code as keyof typeof ERRORS]} />
            </p>
          </section>
        ))}
        <h2>From the edge, in front of the API</h2>
        {Object.entries(REFUSALS).map(([code, refusal]) => (
          <section key={code} id={code}>
            <h3>
              <code>{code}</code> · {refusal.endsTls ? 'TLS ends, or ' : ''}
              {refusal.status}
            </h3>
            <p>
              <MarkedText text={`${refusal.whatHappened} ${refusal.whatToDo}`} />
            </p>
          </section>
        ))}
      </main>
    </PublicFrame>
  );
}
