import type { Metadata } from 'next';
import { ChangeLog } from '@/components/changes/change-log';
import { CopyButton } from '@/components/ui/copy';
import { CHANGE_LOG } from '@/lib/contract/change-log';
import { requireSignedIn } from '@/lib/identity/session';
import { deployment } from '@/lib/platform/deployment';

export const metadata: Metadata = {
  title: 'API changes',
  alternates: { types: { 'application/atom+xml': '/changes.atom' } },
};

export default async function ChangesPage() {
  await requireSignedIn();
  const feed = `${deployment().publicUrl}/changes.atom`;
  return (
    <>
      <div className="head">
        <div>
          <h1 className="title">API changes</h1>
          <p className="lede">
            What changed for programs that call the REST API, and whether you have to act. Replies
            may gain members at any time: ignore those you don’t know.
          </p>
        </div>
        <div className="acts">
          <a className="btn btn-sm" href="/changes.atom">
            Atom feed
          </a>
          <CopyButton value={feed} what="feed address" look="button" />
        </div>
      </div>
      <ChangeLog entries={CHANGE_LOG} />
    </>
  );
}
