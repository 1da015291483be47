import { GIVEN_CHOICES, givenText } from './role-words';

/** One question: what somebody may do, and where. */
export function RoleChoices({
  picked,
  owners,
}: {
  /** A value of `GIVEN_CHOICES`; the empty one picks none. */
  picked: string;
  /** Only an Owner makes Owners. */
  owners: 'offered' | 'left out';
}) {
  const offered = GIVEN_CHOICES.filter(
    ({ given }) => owners === 'offered' || given.role !== 'owner',
  );
  return (
    <fieldset>
      <legend className="h3 mb-2">What may they do?</legend>
      <div className="choices">
        {offered.map(({ value, given, means }) => (
          <label key={value}>
            <input
              className="radio"
              type="radio"
              name="given"
              value={value}
              defaultChecked={value === picked}
              required
            />
            <span>{givenText(given)}</span>
            <small>{means}</small>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
