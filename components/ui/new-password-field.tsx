import { PASSWORD_MAX_CHARACTERS, PASSWORD_MIN_CHARACTERS } from '@/lib/kernel/password-length';
import { Field } from './field';

export function NewPasswordField({ label, name }: { label: string; name: string }) {
  return (
    <Field
      label={label}
      name={name}
      type="password"
      autoComplete="new-password"
      minLength={PASSWORD_MIN_CHARACTERS}
      maxLength={PASSWORD_MAX_CHARACTERS}
      required
      hint={`At least ${PASSWORD_MIN_CHARACTERS} characters. A few words in a row are good.`}
    />
  );
}
