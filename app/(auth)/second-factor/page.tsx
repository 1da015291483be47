import type { Metadata } from 'next';
import { signOutAction, switchAccountAction } from '@/app/(portal)/actions';
import { beginPasskeyAction, factorAction } from '@/app/(portal)/profile/actions';
import { AppFactor } from '@/components/profile/app-factor';
import { Passkeys } from '@/components/profile/passkeys';
import { Entrance } from '@/components/public/entrance';
import { Link } from '@/components/ui/link';
import { listed } from '@/components/words';
import { deviceWords } from '@/lib/identity/device-words';
import { ownFactors } from '@/lib/identity/second-factor';
import { requirePerson } from '@/lib/identity/session';
import { requestFacts } from '@/lib/platform/request';
import { localPath } from '../sign-in/local-path';

export const metadata: Metadata = { title: 'Set up a second factor' };
export const dynamic = 'force-dynamic';

type Props = { searchParams: Promise<{ next?: string | string[] }> };

/** Where people land whose account requires what they do not have yet. */
export default async function SetUpPage({ searchParams }: Props) {
  const next = localPath((await searchParams).next);
  const found = await requirePerson();
  const { app, requiredBy } = await ownFactors(found);
  const { userAgent } = await requestFacts();
  const others = found.memberships.filter(
    ({ accountId, name, through }) =>
      accountId !== found.account?.id && through === null && !requiredBy.includes(name),
  );
  return (
    <Entrance>
      <h1 className="title mt-8">Set up a second factor</h1>
      {found.must === 'nothing' ? (
        <p className="lede">
          Nothing is required of you now.{' '}
          <Link className="link" href={next}>
            Go on
          </Link>
        </p>
      ) : (
        <p className="lede">
          {requiredBy.length > 0 ? listed(requiredBy) : 'Your account'} requires one of everybody.
          Nothing of it is open to you before that.
        </p>
      )}
      <AppFactor app={app} action={factorAction} next={next} />
      <p className="or small quiet needs-scripts">or</p>
      <Passkeys
        passkeys={[]}
        suggestedName={deviceWords(userAgent)}
        begin={beginPasskeyAction}
        action={factorAction}
        next={next}
      />
      <p className="small quiet mt-6">
        No app yet? Any that makes six-digit codes will do; most password managers have one.
      </p>
      <div className="acts mt-6">
        {others.map(({ accountId, name }) => (
          <form key={accountId} action={switchAccountAction}>
            <button className="btn btn-sm" type="submit" name="accountId" value={accountId}>
              Open {name} instead
            </button>
          </form>
        ))}
        <form action={signOutAction}>
          <button className="btn btn-sm" type="submit">
            Sign out
          </button>
        </form>
      </div>
    </Entrance>
  );
}
