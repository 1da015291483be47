import { ProfileSection } from '@/components/profile/section';
import { Day } from '@/components/time/when';
import type { OwnIdentities } from '@/lib/identity/sso-choice';
import { unlinkAction } from './actions';

export function SsoSection({ identities: { linked, offered } }: { identities: OwnIdentities }) {
  if (linked.length === 0 && offered.length === 0) return null;
  return (
    <ProfileSection
      id="sso"
      title="Single sign-on"
      about="Through an account's own identity provider you reach that account alone."
    >
      <ul className="kept-rows mt-3">
        {linked.map(({ connectionId, issuer, subject, name, since }) => (
          <li key={`${connectionId} ${issuer} ${subject}`}>
            <div>
              <b>{name}</b>
              <small>
                {subject} at {issuer}, since <Day at={since} />
              </small>
            </div>
            <span />
            <form action={unlinkAction}>
              <input type="hidden" name="connectionId" value={connectionId} />
              <input type="hidden" name="issuer" value={issuer} />
              <input type="hidden" name="subject" value={subject} />
              <button className="btn btn-sm btn-danger" type="submit" aria-label={`Unlink ${name}`}>
                Unlink
              </button>
            </form>
          </li>
        ))}
        {offered.map(({ connection, name }) => (
          <li key={connection}>
            <div>
              <b>{name}</b>
              <small>Not linked</small>
            </div>
            <span />
            <a
              className="btn btn-sm"
              href={`/sso/start?${new URLSearchParams({ connection, purpose: 'link', next: '/profile' })}`}
            >
              {`Link ${name}`}
            </a>
          </li>
        ))}
      </ul>
    </ProfileSection>
  );
}
