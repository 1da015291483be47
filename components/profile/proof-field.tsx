import { Field } from '@/components/ui/field';

export function ProofField() {
  return (
    <Field
      label="Password or code"
      name="proof"
      type="password"
      autoComplete="current-password"
      maxLength={256}
      required
      hint="A code is the six digits from your authenticator app."
    />
  );
}
