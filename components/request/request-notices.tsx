import { Link } from '@/components/ui/link';
import { Notice } from '@/components/ui/notice';
import type { Problem } from '@/components/ui/problem';
import { ProblemNotice } from '@/components/ui/problem-notice';
import { KEY_FILES } from '@/lib/pki/other-files';
import type { KeySeen } from './use-request';

const TITLES: Record<KeySeen['is'], string> = {
  'private-key': 'That is a private key, not a signing request',
  pkcs12: 'That is a PKCS #12 file with a private key in it, not a signing request',
  'java-key-store': 'That is a Java key store with private keys in it, not a signing request',
};

export function KeyRefused({ seen: { where, is } }: { seen: KeySeen }) {
  return (
    <Notice tone="refused" title={TITLES[is]}>
      <p>
        {where === 'held-back'
          ? 'It was not sent anywhere, and it is cleared from this page.'
          : 'It came to us with the form. It was not stored or logged, and it is not shown again. Make a new key and a new request.'}{' '}
        A request begins with <code>-----BEGIN CERTIFICATE REQUEST-----</code>.
      </p>
      {where === 'held-back' ? (
        <p>
          {is === 'private-key'
            ? 'If the key was meant for somewhere else, or passed through mail or chat on its way here, make a new one.'
            : KEY_FILES[is].fix}
        </p>
      ) : null}
    </Notice>
  );
}

export function CheckUnavailable() {
  return (
    <Notice tone="expiring" title="The request could not be checked in this browser">
      <p>
        Issue it all the same: the same rules are applied on our side, and every finding is shown
        here.
      </p>
    </Notice>
  );
}

/** A refusal of the server. It says what is kept, or with every slot used what could make room. */
export function IssueRefused({ problem }: { problem: Problem }) {
  if (problem.pending) return <RequestKept detail={problem.detail} />;
  if (!problem.retirable) return <ProblemNotice problem={problem} />;
  return (
    <Notice tone="refused" title={problem.title}>
      <p>{problem.detail}</p>
      {problem.retirable.map(({ id, label }) => (
        <p key={id}>
          <Link className="link wraps" href={`/certificates/${id}/revoke`}>
            Revoke {label}
          </Link>
        </p>
      ))}
    </Notice>
  );
}

function RequestKept({ detail }: { detail: string }) {
  return (
    <Notice tone="expiring" title="Your request is kept, and not signed yet">
      <p>{detail}</p>
      <p>
        <Link className="link wraps" href="/certificates">
          Watch it among your certificates
        </Link>
      </p>
    </Notice>
  );
}
