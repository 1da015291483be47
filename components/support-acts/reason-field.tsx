import { useId } from 'react';

export function ReasonField({ reason, hint }: { reason: string; hint: string }) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Why</label>
      <textarea
        className="input reason"
        id={id}
        name="reason"
        rows={2}
        minLength={10}
        maxLength={500}
        required
        autoComplete="off"
        defaultValue={reason}
        aria-describedby={`${id}-hint`}
      />
      <p className="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}
