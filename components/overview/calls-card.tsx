import { dayText } from '@/components/time/format';
import { readerLocale } from '@/components/time/locale';
import { COLUMN_WIDTH, columnsPath, HEIGHT } from '@/components/traffic/geometry';
import { ColumnsLegend } from '@/components/traffic/legend';
import { callsText, grouped, shareText } from '@/components/traffic/numbers';
import { Link } from '@/components/ui/link';
import type { CallsLatelyView } from '@/lib/contract/activity';

/** How much the programs call, how much of it with a certificate, and what was refused. */
export async function CallsCard({ calls }: { calls: CallsLatelyView }) {
  const { environment, days, mtls, standard, refused, points } = calls;
  const locale = await readerLocale();
  const passed = mtls + standard;
  return (
    <section aria-labelledby="calls-title">
      <div className="bar-head">
        <h2 className="h2" id="calls-title">
          Calls to {environment}
        </h2>
        <span className="small quiet end">{days} days</span>
      </div>
      <div className="sheet">
        <div className="sheet-pad figures beside">
          <p>
            <b className="figure">{grouped(passed)}</b> passed
          </p>
          <p className="end">
            <span className="quiet">{shareText(mtls, passed)} with mTLS</span>
            {refused > 0 ? (
              <Link className="link" href={`/activity?environment=${environment}&outcome=refused`}>
                {grouped(refused)} refused
              </Link>
            ) : null}
          </p>
        </div>
        <div className="day-chart">
          <Columns
            points={points}
            kind="passed"
            says={`${callsText(passed)} passed, by the hour`}
          />
          {refused > 0 ? (
            <Columns
              points={points}
              kind="refused"
              says={`${callsText(refused)} refused, by the hour, on a scale of its own`}
            />
          ) : null}
          <p className="axis" aria-hidden="true">
            <span>{dayText(points[0]?.at ?? '', locale)}</span>
            <span>Now</span>
          </p>
          <ColumnsLegend
            passed="Passed, an hour"
            refused={refused > 0 ? 'Refused, on a scale of its own' : null}
          />
        </div>
      </div>
    </section>
  );
}

function Columns({
  points,
  kind,
  says,
}: {
  points: CallsLatelyView['points'];
  kind: 'passed' | 'refused';
  says: string;
}) {
  const values = points.map((point) => point[kind]);
  return (
    <svg
      className={`columns ${kind}`}
      viewBox={`0 0 ${points.length * COLUMN_WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={says}
    >
      <path d={columnsPath(values, Math.max(...values))} />
    </svg>
  );
}
