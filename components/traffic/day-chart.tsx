import { ChevronRight } from 'lucide-react';
import { dayText } from '@/components/time/format';
import { readerLocale } from '@/components/time/locale';
import type { CertificateTrafficView } from '@/lib/contract/activity';
import { COLUMN_WIDTH, columnsPath, HEIGHT } from './geometry';
import { ColumnsLegend } from './legend';
import { callsText, grouped } from './numbers';

type Days = CertificateTrafficView['days'];

/** Calls on each day, and under them the refused ones on a scale of their own: beside thousands they could not be seen. */
export async function DayChart({ days }: { days: Days }) {
  const locale = await readerLocale();
  const at = (date: string) => dayText(`${date}T00:00:00.000Z`, locale);
  const most = Math.max(...days.map(({ passed }) => passed));
  const mostRefused = Math.max(...days.map(({ refused }) => refused));
  const refused = days.reduce((sum, day) => sum + day.refused, 0);
  const passed = days.reduce((sum, day) => sum + day.passed, 0);
  const says = {
    passed: `${callsText(passed)} passed in ${days.length} days, at most ${grouped(most)} a day`,
    refused: `${callsText(refused)} refused in ${days.length} days, at most ${grouped(mostRefused)} a day`,
  };
  const middle = days[Math.floor(days.length / 2)];
  return (
    <>
      <div className="day-chart">
        <span className="most">{most > 0 ? grouped(most) : null}</span>
        <Columns days={days} kind="passed" most={most} says={says.passed} at={at} />
        {refused > 0 ? (
          <Columns days={days} kind="refused" most={mostRefused} says={says.refused} at={at} />
        ) : null}
        <p className="axis" aria-hidden="true">
          <span>{at(days[0]?.date ?? '')}</span>
          <span>{at(middle?.date ?? '')}</span>
          <span>Today</span>
        </p>
        <ColumnsLegend
          passed="Passed, a day"
          refused={
            refused > 0
              ? `Refused, on a scale of its own: at most ${grouped(mostRefused)} a day`
              : null
          }
        />
      </div>
      <EveryDay days={days} at={at} />
    </>
  );
}

function Columns({
  days,
  kind,
  most,
  says,
  at,
}: {
  days: Days;
  kind: 'passed' | 'refused';
  most: number;
  says: string;
  at: (date: string) => string;
}) {
  const width = days.length * COLUMN_WIDTH;
  return (
    <svg
      className={`columns ${kind}`}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={says}
    >
      <path
        d={columnsPath(
          days.map((day) => day[kind]),
          most,
        )}
      />
      {days.map((day, index) => (
        <rect
          key={day.date}
          className="day"
          x={index * COLUMN_WIDTH}
          width={COLUMN_WIDTH}
          height={HEIGHT}
        >
          <title>{`${at(day.date)}: ${grouped(day.passed)} passed, ${grouped(day.refused)} refused`}</title>
        </rect>
      ))}
    </svg>
  );
}

/** The same in numbers, for whoever reads or copies them. */
function EveryDay({ days, at }: { days: Days; at: (date: string) => string }) {
  const told = days.filter(({ passed, refused }) => passed + refused > 0).toReversed();
  return (
    <details className="every-day">
      <summary>
        Days in numbers
        <ChevronRight className="icon turn" aria-hidden="true" />
      </summary>
      <table>
        <thead>
          <tr>
            <th scope="col">Day (UTC)</th>
            <th scope="col">Passed</th>
            <th scope="col">Refused</th>
          </tr>
        </thead>
        <tbody>
          {told.map((day) => (
            <tr key={day.date}>
              <td>{at(day.date)}</td>
              <td>{grouped(day.passed)}</td>
              <td>{grouped(day.refused)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
