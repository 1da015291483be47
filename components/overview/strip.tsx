import { lifeOf, successorOf } from '@/components/certificates/life';
import { dayText, monthText } from '@/components/time/format';
import { readerLocale } from '@/components/time/locale';
import type { CertificateView } from '@/lib/contract/views';
import { ENVIRONMENTS } from '@/lib/kernel/environments';
import { type Month, monthsOf, percentAt, type StripWindow, stripWindow } from './strip-geometry';

/** Every live certificate from issue to expiry, today marked, what follows its end in words. */
export async function Strip({ certificates, now }: { certificates: CertificateView[]; now: Date }) {
  const locale = await readerLocale();
  const window = stripWindow(now);
  const months = monthsOf(window);
  const today = percentAt(now, window);
  return (
    <section>
      <div className="bar-head">
        <h2 className="h2">Twelve months</h2>
        <p className="small quiet">Every live certificate, from issue to expiry</p>
      </div>
      <div className="sheet strip">
        <span className="spare" />
        <svg height="24" aria-hidden="true">
          {months.map((month) => (
            <MonthMark key={month.index} month={month} locale={locale} />
          ))}
        </svg>
        {byEnvironment(certificates).map((certificate) => (
          <Lane
            key={certificate.id}
            certificate={certificate}
            successor={successorOf(certificate, certificates)}
            place={{ window, months, today, now, locale }}
          />
        ))}
        <span className="spare" />
        <svg height="26" aria-hidden="true">
          <line className="today" x1={`${today}%`} x2={`${today}%`} y1="0" y2="8" />
          <rect
            className="today-mark"
            x={`${today}%`}
            y="6"
            width="44"
            height="18"
            rx="9"
            transform="translate(-22 0)"
          />
          <text className="today-word" x={`${today}%`} y="19" textAnchor="middle">
            Today
          </text>
        </svg>
      </div>
    </section>
  );
}

type LanePlace = { window: StripWindow; months: Month[]; today: number; now: Date; locale: string };

// A label of about 100 px fits inside a bar only when the bar is this wide on the narrowest desk.
const LABEL_PERCENT = 18;

function Lane({
  certificate,
  successor,
  place,
}: {
  certificate: CertificateView;
  successor: CertificateView | null;
  place: LanePlace;
}) {
  const { window, today, now, locale } = place;
  const from = percentAt(new Date(certificate.notBefore), window);
  const to = percentAt(new Date(certificate.notAfter), window);
  const expires = lifeOf(certificate, now).state === 'expiring';
  const soon = expires ? 'expiring' : '';
  const gap = expires && !successor ? 'expiring' : 'aside';
  const end = dayText(certificate.notAfter, locale);
  const says = `${certificate.label}: from ${dayText(certificate.notBefore, locale)} to ${end}`;
  const inside = !soon && to - from > LABEL_PERCENT;
  const after = afterText({ end, expires: expires ? 'soon' : 'later', successor });
  return (
    <>
      <span className={`who ${certificate.environment}`} title={certificate.label}>
        {certificate.label}
      </span>
      <svg height="36" role="img" aria-label={says}>
        {place.months.map((month) => (
          <Rule key={month.index} month={month} height="36" />
        ))}
        {to < 100 ? (
          <line className={`gap ${gap}`} x1={`${to}%`} x2="100%" y1="18" y2="18" />
        ) : null}
        <rect
          className={`bar ${soon}`}
          x={`${from}%`}
          y="7"
          width={`${to - from}%`}
          height="22"
          rx="4"
        />
        {/* A square end says that the certificate goes on beyond the strip. */}
        {from === 0 ? <rect className={`bar ${soon}`} width="5" y="7" height="22" /> : null}
        {to === 100 ? (
          <rect className={`bar ${soon}`} x="99%" y="7" width="1%" height="22" />
        ) : null}
        {inside ? (
          <text className="to" x={`${to}%`} dx="-8" y="22" textAnchor="end">
            to {end}
          </text>
        ) : null}
        {!inside && to < 100 ? (
          <text className={`halo ${gap}`} x={`${to}%`} dx="8" y="22">
            {after}
          </text>
        ) : null}
        <line className="today" x1={`${today}%`} x2={`${today}%`} y1="0" y2="36" />
      </svg>
    </>
  );
}

function afterText(input: {
  end: string;
  expires: 'soon' | 'later';
  successor: CertificateView | null;
}): string {
  const { end, successor } = input;
  if (input.expires === 'later') return `to ${end}`;
  if (!successor) return `Gap from ${end}: no replacement yet`;
  return `to ${end}, replaced by slot ${successor.slot ?? ''}`.trimEnd();
}

function byEnvironment(certificates: CertificateView[]): CertificateView[] {
  return ENVIRONMENTS.flatMap((environment) =>
    certificates
      .filter((one) => one.environment === environment)
      .toSorted((a, b) => a.notAfter.localeCompare(b.notAfter)),
  );
}

function Rule({ month, height }: { month: Month; height: string }) {
  const third = month.index % 3 === 0 ? 'third' : '';
  return (
    <line
      className={`rule ${third}`}
      x1={`${month.percent}%`}
      x2={`${month.percent}%`}
      y1="0"
      y2={height}
    />
  );
}

function MonthMark({ month, locale }: { month: Month; locale: string }) {
  const third = month.index % 3 === 0 ? 'third' : '';
  const withYear = month.index === 0 || month.start.getUTCMonth() === 0;
  const text = monthText(month.start, locale, withYear ? 'with year' : 'alone');
  return (
    <>
      <Rule month={month} height="24" />
      <text
        className={`month ${third} ${withYear ? 'year' : ''}`}
        x={`${month.percent}%`}
        dx="6"
        y="12"
      >
        {text}
      </text>
    </>
  );
}
