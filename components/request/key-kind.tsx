import { useId } from 'react';

const NOTES: Record<string, string> = {
  'EC P-256': 'recommended',
  'EC P-384': 'for stricter policies',
  'RSA 2048': 'for old systems',
  'RSA 3072': 'for old systems, stronger',
  'RSA 4096': 'slow to make and to use',
  Ed25519: 'where all your programs know it',
};

/** Which kind of key; the note says for whom. */
export function KeyKind<Kind extends string>({
  kinds,
  kind,
  onChange,
  sent = {},
}: {
  kinds: readonly Kind[];
  kind: Kind;
  onChange: (kind: Kind) => void;
  /** How the field goes with a form, where it does. */
  sent?: { form?: string; name?: string };
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Kind of key</label>
      <select
        {...sent}
        id={id}
        className="input"
        value={kind}
        onChange={(event) => {
          const chosen = kinds.find((one) => one === event.target.value);
          if (chosen) onChange(chosen);
        }}
      >
        {kinds.map((one) => (
          <option key={one} value={one}>
            {one} ({NOTES[one]})
          </option>
        ))}
      </select>
    </div>
  );
}
