'use client';

/** The browser's part of passkeys; its code loads when somebody presses. */

/**
 * Asks the browser for a passkey and sends what it answers to a path.
 * @returns why it was not taken; null: it was
 */
export async function provePasskey(path: string): Promise<string | null> {
  try {
    const { startAuthentication } = await import('@simplewebauthn/browser');
    const asked = await fetch('/passkeys/challenge', { method: 'POST' });
    const options = await asked.json();
    if (!asked.ok) return words(options) ?? NO_ANSWER;
    const answer = await startAuthentication({ optionsJSON: options });
    const body = new FormData();
    body.set('passkey', JSON.stringify(answer));
    const response = await fetch(path, { method: 'POST', body });
    return words(await response.json());
  } catch (error) {
    return whyNot(error);
  }
}

/** Makes a passkey of what the portal offered. @returns the answer as JSON, or why there is none */
export async function makePasskey(
  options: Parameters<typeof import('@simplewebauthn/browser').startRegistration>[0]['optionsJSON'],
): Promise<{ answer: string } | { message: string }> {
  try {
    const { startRegistration } = await import('@simplewebauthn/browser');
    return { answer: JSON.stringify(await startRegistration({ optionsJSON: options })) };
  } catch (error) {
    return { message: whyNot(error) };
  }
}

const NO_ANSWER = 'The portal did not answer. Try again.';

function words(reply: unknown): string | null {
  const { message, detail } = Object(reply);
  const text = message ?? detail;
  return typeof text === 'string' ? text : null;
}

function whyNot(error: unknown): string {
  const { name } = Object(error);
  if (name === 'NotAllowedError' || name === 'AbortError') {
    return 'No passkey was chosen. Try again, or choose another way.';
  }
  if (name === 'InvalidStateError') return 'This device has a passkey for you here already.';
  if (name === 'NotSupportedError' || name === 'SecurityError') {
    return 'This browser makes no passkeys here. Choose another way.';
  }
  return NO_ANSWER;
}
