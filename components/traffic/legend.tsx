import type { ReactNode } from 'react';

/** What the two kinds of column stand for; by shape too, for who sees no colours. */
export function ColumnsLegend({ passed, refused }: { passed: ReactNode; refused: ReactNode }) {
  return (
    <p className="chart-legend">
      <span>
        <svg className="tint" width="10" height="10" aria-hidden="true">
          <rect className="passed" width="10" height="10" rx="2" />
        </svg>
        {passed}
      </span>
      {refused === null ? null : (
        <span>
          <svg className="tint" width="10" height="10" aria-hidden="true">
            <path className="refused" d="M5 .8 9.7 9.2H.3z" />
          </svg>
          {refused}
        </span>
      )}
    </p>
  );
}
