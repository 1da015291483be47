import { ChevronRight } from 'lucide-react';
import { Ago } from '@/components/time/when';
import { Empty } from '@/components/ui/empty';

type SentMail = {
  id: string;
  at: string;
  subject: string;
  text: string;
  state: 'waiting' | 'sent' | 'failed';
};

const STATE_WORDS = { waiting: 'Waiting', sent: 'Written', failed: 'Not written' };

/** Newest first; each opens its text. */
export function MailList({ mails }: { mails: SentMail[] }) {
  if (mails.length === 0) {
    return (
      <Empty title="No e-mail yet">
        One is written when a certificate is issued, revoked or about to expire, and when
        enforcement changes. Viewers get none.
      </Empty>
    );
  }
  return (
    <ol className="stream mails">
      {mails.map(({ id, at, subject, text, state }) => (
        <li key={id}>
          <details>
            <summary>
              <span className="quiet">{STATE_WORDS[state]}</span>
              <b className="font-medium">{subject}</b>
              <span className="quiet">
                <Ago at={at} />
              </span>
              <ChevronRight className="icon turn" aria-hidden="true" />
            </summary>
            <pre className="mail-text">{text}</pre>
          </details>
        </li>
      ))}
    </ol>
  );
}
