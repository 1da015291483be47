import type { Life } from './life';

/** Time left as a bar. Widths are SVG attributes: the content security policy allows no style attributes. */
export function LifeBar({ life }: { life: Life }) {
  const width = life.percentLeft > 0 ? Math.max(life.percentLeft, 2) : 0;
  return (
    <svg
      className={`life ${life.state}`}
      role="img"
      aria-label={`${life.percentLeft} % of its life left`}
    >
      <rect width={`${width}%`} height="4" rx="2" />
    </svg>
  );
}
