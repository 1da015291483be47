'use client';

import { Field } from './field';

/** For acts that stop traffic: nothing happens before one of these words is typed. The server asks for it again. */
export function TypedConfirmation({
  words,
  typed,
  onTyped,
  disabled = false,
}: {
  words: readonly string[];
  typed: string;
  onTyped: (typed: string) => void;
  disabled?: boolean;
}) {
  return (
    <Field
      label={
        <>
          Type{' '}
          {words.map((word, index) => (
            <span key={word}>
              {index === 0 ? '' : ' or '}
              <code>{word}</code>
            </span>
          ))}{' '}
          to confirm
        </>
      }
      form="typed"
      name="confirmation"
      autoComplete="off"
      autoCapitalize="none"
      spellCheck={false}
      required
      disabled={disabled}
      value={typed}
      onChange={(event) => onTyped(event.target.value)}
    />
  );
}
