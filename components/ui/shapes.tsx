/** Each state has a shape, so that colour never says anything alone. */
export type Shape =
  | 'live'
  | 'expiring'
  | 'expired'
  | 'revoked'
  | 'refused'
  | 'warning'
  | 'notice'
  | 'neutral';

const SHAPES: Record<Shape, React.ReactNode> = {
  live: <circle cx="5" cy="5" r="4.5" fill="var(--color-live-fill)" />,
  expiring: (
    <>
      <circle
        cx="5"
        cy="5"
        r="4"
        fill="none"
        stroke="var(--color-expiring-fill)"
        strokeWidth="1.5"
      />
      <path d="M5 1a4 4 0 0 1 0 8z" fill="var(--color-expiring-fill)" />
    </>
  ),
  expired: (
    <circle cx="5" cy="5" r="4" fill="none" stroke="var(--color-refused-fill)" strokeWidth="1.5" />
  ),
  revoked: (
    <>
      <circle
        cx="5"
        cy="5"
        r="4"
        fill="none"
        stroke="var(--color-revoked-fill)"
        strokeWidth="1.5"
      />
      <path d="M2.2 7.8 7.8 2.2" stroke="var(--color-revoked-fill)" strokeWidth="1.5" />
    </>
  ),
  refused: (
    <>
      <path d="M3 .5h4L9.5 3v4L7 9.5H3L.5 7V3z" fill="var(--color-refused-fill)" />
      <path
        d="M3.4 3.4l3.2 3.2M6.6 3.4 3.4 6.6"
        stroke="var(--color-surface)"
        strokeWidth="1.3"
        strokeLinecap="round"
      />
    </>
  ),
  neutral: <circle cx="5" cy="5" r="3" fill="none" stroke="var(--color-ink-3)" strokeWidth="1.5" />,
  warning: <path d="M5 .8 9.7 9.2H.3z" fill="var(--color-expiring-fill)" />,
  notice: (
    <>
      <rect x="1" y="1" width="8" height="8" rx="1.5" fill="var(--color-revoked-fill)" />
      <path d="M5 4.6v2.6M5 2.8v.2" stroke="var(--color-surface)" strokeWidth="1.3" />
    </>
  ),
};

export function ShapeOf({ shape }: { shape: Shape }) {
  return (
    <svg className="shape" viewBox="0 0 10 10" aria-hidden="true">
      {SHAPES[shape]}
    </svg>
  );
}
