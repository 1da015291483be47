/** The slots of an account in a row: held, the one a new certificate takes, and free ones. */
export function Pips({ held, fresh, limit }: { held: number; fresh: number; limit: number }) {
  const kindOf = (index: number) => {
    if (index < held) return 'held';
    return index < held + fresh ? 'new' : 'free';
  };
  const slots = Array.from({ length: Math.max(limit, held) }, (_, index) => index);
  return (
    <svg
      className="pips"
      width={slots.length * 24 - 4}
      height="12"
      role="img"
      aria-label={`${held} of ${limit} slots used`}
    >
      {slots.map((slot) => (
        <rect
          key={slot}
          className={kindOf(slot)}
          x={slot * 24 + 0.5}
          y="0.5"
          width="19"
          height="11"
          rx="3"
        />
      ))}
    </svg>
  );
}
