import { Plus } from 'lucide-react';
import { daysText, LIFE_WORDS, lifeOf } from '@/components/certificates/life';
import { LifeBar } from '@/components/certificates/life-bar';
import { givenUpIn } from '@/components/certificates/pending';
import { RefreshWhile } from '@/components/live/refresh-while';
import { Ago } from '@/components/time/when';
import { Badge } from '@/components/ui/badge';
import { Env } from '@/components/ui/env';
import { Link } from '@/components/ui/link';
import type { CertificateView, SlotView } from '@/lib/contract/views';

/** Always every slot, never reordered. */
export function Rack({
  slots,
  now,
  mayIssue,
}: {
  slots: SlotView[];
  now: Date;
  mayIssue: boolean;
}) {
  return (
    <section aria-label="Slots">
      <ol className="rack">
        {slots.map((slot) => (
          <Slot key={slot.slot} slot={slot} now={now} mayIssue={mayIssue} />
        ))}
      </ol>
    </section>
  );
}

function Slot({ slot, now, mayIssue }: { slot: SlotView; now: Date; mayIssue: boolean }) {
  if (slot.kind === 'live')
    return <Live number={slot.slot} certificate={slot.certificate} now={now} />;
  if (slot.kind === 'pending') {
    return (
      <li className="slot used">
        <SlotNumber number={slot.slot} />
        <Env environment={slot.environment} />
        <span className="label">{slot.label}</span>
        <span className="left">Waits for the CA</span>
        <span className="seen">
          <Badge shape="warning">Pending</Badge>
          <span>Given up {givenUpIn(slot, now)}</span>
        </span>
        <RefreshWhile />
      </li>
    );
  }
  if (!mayIssue) {
    return (
      <li className="slot empty">
        <SlotNumber number={slot.slot} />
        Free slot
      </li>
    );
  }
  return (
    <li className="contents">
      <Link className="slot empty" href="/certificates/new">
        <SlotNumber number={slot.slot} />
        <span className="plus">
          <Plus className="icon" aria-hidden="true" />
        </span>
        Issue certificate
      </Link>
    </li>
  );
}

function Live({
  number,
  certificate,
  now,
}: {
  number: number;
  certificate: CertificateView;
  now: Date;
}) {
  const life = lifeOf(certificate, now);
  return (
    <li className={`slot used ${life.state === 'expiring' ? 'soon' : ''}`}>
      <SlotNumber number={number} />
      <Env environment={certificate.environment} />
      <Link className="label" href={`/certificates/${certificate.id}`}>
        {certificate.label}
      </Link>
      <span className="cn" title={certificate.commonName}>
        {certificate.commonName}
      </span>
      <span className="left">
        {life.daysLeft < 1 ? (
          daysText(0)
        ) : (
          <>
            <b>{life.daysLeft}</b>
            {life.daysLeft === 1 ? 'day left' : 'days left'}
          </>
        )}
      </span>
      <LifeBar life={life} />
      <span className="seen">
        <Badge shape={life.state}>{LIFE_WORDS[life.state]}</Badge>
        <span>
          {certificate.lastSeenAt ? (
            <>
              Seen <Ago at={certificate.lastSeenAt} />
            </>
          ) : (
            'No call yet'
          )}
        </span>
      </span>
    </li>
  );
}

function SlotNumber({ number }: { number: number }) {
  return (
    <span className="no">
      <span className="sr-only">Slot </span>
      {number}
    </span>
  );
}
