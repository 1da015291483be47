/** What browsers send of a passkey, as far as its shape goes; what it is worth is judged in passkeys.ts. */
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { z } from 'zod';
import { AppError } from '@/lib/kernel/errors';

const base64url = z.string().regex(/^[\w-]{1,8000}$/);
const common = {
  id: base64url,
  rawId: base64url,
  type: z.literal('public-key'),
  clientExtensionResults: z.object({}),
};
const registration = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    attestationObject: base64url,
    transports: z
      .array(z.enum(['ble', 'cable', 'hybrid', 'internal', 'nfc', 'smart-card', 'usb']))
      .catch([]),
  }),
});
const authentication = z.object({
  ...common,
  response: z.object({
    clientDataJSON: base64url,
    authenticatorData: base64url,
    signature: base64url,
    userHandle: base64url,
  }),
});

/** @throws AppError `invalid_request` */
export function registrationAnswer(text: unknown): RegistrationResponseJSON {
  return answer(text, registration);
}

/** @throws AppError `invalid_request` */
export function authenticationAnswer(text: unknown): AuthenticationResponseJSON {
  return answer(text, authentication);
}

function answer<T>(text: unknown, schema: z.ZodType<T>): T {
  const json = z
    .string()
    .max(40_000)
    .transform((given, context): unknown => {
      try {
        return JSON.parse(given);
      } catch {
        context.addIssue('not JSON');
        return z.NEVER;
      }
    })
    .pipe(schema)
    .safeParse(text);
  if (json.success) return json.data;
  throw new AppError('invalid_request', {
    detail: 'The passkey was not taken. Try again, or choose another way.',
  });
}
