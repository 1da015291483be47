import { Passkeys } from '@/components/profile/passkeys';
import { ProfileSection } from '@/components/profile/section';
import { Ago, Day } from '@/components/time/when';
import { deviceWords } from '@/lib/identity/device-words';
import type { FactorsView } from '@/lib/identity/second-factor';
import { requestFacts } from '@/lib/platform/request';
import { beginPasskeyAction, factorAction } from './actions';

export async function PasskeySection({ factors }: { factors: FactorsView }) {
  const { userAgent } = await requestFacts();
  return (
    <ProfileSection
      id="passkeys"
      title="Passkeys"
      about="A key in your device or password manager. It signs you in alone, without password and code, and cannot be given away to a false page."
    >
      <Passkeys
        passkeys={factors.passkeys.map(({ id, name, createdAt, lastUsedAt }) => ({
          id,
          name,
          about: (
            <>
              Added <Day at={createdAt} />
              {lastUsedAt ? (
                <>
                  , last used <Ago at={lastUsedAt} />
                </>
              ) : (
                ', not used yet'
              )}
            </>
          ),
        }))}
        suggestedName={deviceWords(userAgent)}
        begin={beginPasskeyAction}
        action={factorAction}
        next={null}
      />
    </ProfileSection>
  );
}
