'use client';

import { PasskeyButton } from './passkey-button';

export function PasskeySignIn({ next }: { next: string }) {
  return (
    <PasskeyButton path="/passkeys/sign-in" onProved={() => window.location.assign(next)}>
      Use a passkey
    </PasskeyButton>
  );
}
