import { OctagonX } from 'lucide-react';
import { type ComponentProps, useId } from 'react';

/** A labelled input. Its hint and its error are read out with it. */
export function Field({
  label,
  hint,
  error,
  form = 'plain',
  ...input
}: {
  label: React.ReactNode;
  hint?: React.ReactNode;
  error?: string | undefined;
  /** `typed`: what is written must be exact, so it is shown in monospace. */
  form?: 'plain' | 'typed';
} & ComponentProps<'input'>) {
  const made = useId();
  const id = input.id ?? made;
  const about = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        {...input}
        className={`input ${form}`}
        id={id}
        aria-invalid={error ? true : undefined}
        aria-describedby={about || undefined}
      />
      {hint ? (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      ) : null}
      {error ? (
        <p className="error" id={`${id}-error`}>
          <OctagonX className="icon icon-sm" aria-hidden="true" />
          {error}
        </p>
      ) : null}
    </div>
  );
}
