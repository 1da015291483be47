import { stackedParts } from './geometry';

/** Once on a page that has bars with a hatched part: calls without a certificate, told apart also without colour. */
export function Hatch() {
  return (
    <svg className="hatch" width="0" height="0" aria-hidden="true">
      <pattern
        id="hatch"
        width="5"
        height="5"
        patternUnits="userSpaceOnUse"
        patternTransform="rotate(45)"
      >
        <rect className="ground" width="5" height="5" />
        <rect className="line" width="1.5" height="5" />
      </pattern>
    </svg>
  );
}

export type BarPart = { key: string; kind: 'own' | 'other' | 'without'; value: number };

/** @param label says in words what the bar shows */
export function StackedBar({
  parts,
  label,
  size = 'wide',
}: {
  parts: BarPart[];
  label: string;
  size?: 'wide' | 'small';
}) {
  const places = stackedParts(parts.map(({ value }) => value));
  return (
    <svg className={`stacked ${size}`} role="img" aria-label={label}>
      <rect className="ground" width="100%" height="100%" rx="2" />
      {parts.map(({ key, kind }, index) => {
        const { x, width } = places[index] ?? { x: 0, width: 0 };
        if (width === 0) return null;
        return (
          <rect key={key} className={kind} x={`${x}%`} width={`${width}%`} height="100%" rx="2" />
        );
      })}
    </svg>
  );
}

/** What a part of a bar looks like, beside its name. */
export function Swatch({ kind }: { kind: BarPart['kind'] }) {
  return (
    <svg className="tint" width="10" height="10" aria-hidden="true">
      <rect className={kind} width="10" height="10" rx="2" />
    </svg>
  );
}
