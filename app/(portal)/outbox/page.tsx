import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { MailList } from '@/components/mail/mail-list';
import { listOwnMails } from '@/lib/mail/outbox';
import { deployment } from '@/lib/platform/deployment';
import { inAccount } from '../opened';

export const metadata: Metadata = { title: 'E-mails' };

export default async function OutboxPage() {
  if (deployment().mailsShown === 'no') notFound();
  const signedIn = await inAccount();
  if (!signedIn) return null;
  const mails = await listOwnMails(signedIn.principal);
  return (
    <>
      <div>
        <h1 className="title">E-mails</h1>
        <p className="lede">
          What {signedIn.person.email} would have got. The demo delivers nothing: each mail is a
          file in the folder outbox of its data directory.
        </p>
      </div>
      <div className="sheet overflow-hidden">
        <MailList mails={mails} />
      </div>
    </>
  );
}
