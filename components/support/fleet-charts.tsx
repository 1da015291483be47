import { dayText } from '@/components/time/format';
import { readerLocale } from '@/components/time/locale';
import { COLUMN_WIDTH, columnsPath, HEIGHT } from '@/components/traffic/geometry';
import { callsText, grouped } from '@/components/traffic/numbers';
import { counted } from '@/components/words';
import type { FleetView } from '@/lib/contract/fleet';
import { REFUSALS } from '@/lib/kernel/refusals';

/** Certificates that end on each of the next days; a week is marked. */
export async function ExpiryChart({ days }: { days: FleetView['expiring']['days'] }) {
  const locale = await readerLocale();
  const at = (date: string) => dayText(`${date}T00:00:00.000Z`, locale);
  const values = days.map((day) => day.certificates);
  const most = Math.max(...values);
  const all = values.reduce((sum, value) => sum + value, 0);
  return (
    <div className="day-chart">
      <span className="most">{most > 0 ? grouped(most) : null}</span>
      <svg
        className="columns expiry"
        viewBox={`0 0 ${days.length * COLUMN_WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${counted(all, 'certificate')} end in ${days.length} days, at most ${grouped(most)} a day`}
      >
        <rect className="week" width={7 * COLUMN_WIDTH} height={HEIGHT} />
        <path d={columnsPath(values, most)} />
        {days.map((day, index) => (
          <rect
            key={day.date}
            className="day"
            x={index * COLUMN_WIDTH}
            width={COLUMN_WIDTH}
            height={HEIGHT}
          >
            <title>{`${at(day.date)}: ${counted(day.certificates, 'certificate')}`}</title>
          </rect>
        ))}
      </svg>
      <p className="axis" aria-hidden="true">
        <span>Today</span>
        <span>{at(days.at(-1)?.date ?? '')}</span>
      </p>
    </div>
  );
}

/** One row a reason, on one scale: how often, how lately, of how many accounts. */
export function RefusalRates({ refusals }: { refusals: FleetView['refusals'] }) {
  const { reasons, hours } = refusals;
  const most = Math.max(1, ...reasons.flatMap((reason) => reason.hourly));
  return (
    <table className="rows rates">
      <thead>
        <tr>
          <th scope="col">Reason</th>
          <th scope="col">By the hour, at most {grouped(most)}</th>
          <th scope="col">Calls</th>
          <th scope="col">Accounts</th>
        </tr>
      </thead>
      <tbody>
        {reasons.map(({ code, calls, accounts, hourly }) => (
          <tr key={code}>
            <td>
              {REFUSALS[code].title}
              <small className="mono">{code}</small>
            </td>
            <td data-l="By the hour">
              <svg
                className="columns refused spark"
                viewBox={`0 0 ${hours.length * COLUMN_WIDTH} ${HEIGHT}`}
                preserveAspectRatio="none"
                role="img"
                aria-label={`${callsText(hourly.at(-1) ?? 0)} in this hour, ${callsText(calls)} in ${hours.length} hours`}
              >
                <path d={columnsPath(hourly, most)} />
              </svg>
            </td>
            <td data-l="Calls" className="num">
              {grouped(calls)}
            </td>
            <td data-l="Accounts" className="num">
              {accounts === 0 ? <span className="quiet">None known</span> : grouped(accounts)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
