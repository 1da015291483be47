import type { RotationView } from '@/lib/contract/views';
import { count } from './rotation-words';

const HEIGHT = 100;

/** Two areas that cross: calls with the old certificate, and with the new one. */
export function RotationChart({
  rotation: { points, unit, lately },
}: {
  rotation: Pick<RotationView, 'points' | 'unit' | 'lately'>;
}) {
  const most = Math.max(...points.map((point) => Math.max(point.old, point.next)));
  const span = unit === 'hour' ? `${points.length} hours` : `${points.length} days`;
  if (most === 0) return <p className="small quiet mt-3">No call in the last {span}.</p>;
  const line = (side: 'old' | 'next') =>
    points.map((point, index) => `${index} ${HEIGHT - (point[side] / most) * HEIGHT}`).join(' L');
  const area = (side: 'old' | 'next') =>
    `M0 ${HEIGHT} L${line(side)} L${points.length - 1} ${HEIGHT}Z`;
  const says = `Calls of the last ${span}. In the last 24 hours ${count(lately.old)} came with the old certificate, ${count(lately.next)} with the new one.`;
  return (
    <svg className="crossing" role="img" aria-label={says}>
      <text x="0" y="12">
        {count(most)} calls {unit === 'hour' ? 'an hour' : 'a day'}
      </text>
      <line className="top" x1="0" x2="100%" y1="20" y2="20" />
      <svg
        y="20"
        height={HEIGHT}
        width="100%"
        viewBox={`0 0 ${points.length - 1} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {(['old', 'next'] as const).map((side) => (
          <g key={side} className={side}>
            <path className="area" d={area(side)} />
            <path className="stroke" d={`M${line(side)}`} vectorEffect="non-scaling-stroke" />
          </g>
        ))}
      </svg>
      <line className="foot" x1="0" x2="100%" y1="120" y2="120" />
      <text x="0" y="138">
        {span} ago
      </text>
      <text x="100%" y="138" textAnchor="end">
        Now
      </text>
    </svg>
  );
}
